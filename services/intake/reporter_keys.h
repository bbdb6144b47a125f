// The keyed hashes and tags of what identified reporters and sharing decisions leave in the
// database; as receipt_keys.h, under the same key.
#ifndef MAMORI_SERVICES_INTAKE_REPORTER_KEYS_H_
#define MAMORI_SERVICES_INTAKE_REPORTER_KEYS_H_

#include <string>
#include <string_view>

#include "common/crypto/keyed_hash.h"
#include "services/intake/reporter_row.h"

namespace mamori::intake {

// Thread safe.
class ReporterKeys {
 public:
  explicit ReporterKeys(crypto::KeyedHash key) : key_(std::move(key)) {}

  std::string PersonHash(std::string_view tenant, std::string_view report_id,
                         std::string_view person) const {
    return key_.Tag({"person", tenant, report_id, person});
  }
  std::string RequestKey(std::string_view tenant, std::string_view report_id, std::string_view side,
                         std::string_view request_id) const {
    return key_.Tag({"message", tenant, report_id, side, request_id});
  }
  std::string ReadingKey(std::string_view tenant, std::string_view person,
                         std::string_view request_id) const {
    return key_.Tag({"reading", tenant, person, request_id});
  }
  // Of an upload; `side` as in RequestKey.
  std::string UploadKey(std::string_view tenant, std::string_view report_id, std::string_view side,
                        std::string_view request_id) const {
    return key_.Tag({"upload", tenant, report_id, side, request_id});
  }
  std::string Digest(std::string_view body) const { return key_.Tag({"body", body}); }

  void Seal(IdentityRow& row) const { row.tag = TagOf(row); }
  bool Believes(const IdentityRow& row) const { return TagOf(row) == row.tag; }
  void Seal(SharingRow& row) const { row.tag = TagOf(row); }
  bool Believes(const SharingRow& row) const { return TagOf(row) == row.tag; }
  void Seal(ConsentRow& row) const { row.tag = TagOf(row); }
  bool Believes(const ConsentRow& row) const { return TagOf(row) == row.tag; }

 private:
  std::string TagOf(const IdentityRow& row) const;
  std::string TagOf(const SharingRow& row) const;
  std::string TagOf(const ConsentRow& row) const;

  const crypto::KeyedHash key_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORTER_KEYS_H_
