// Writes, reads and believes access records: only what was sealed with the key of triage's
// configuration, for this tenant, case and version. Who is let in and kept out stands in no table
// in the clear: decisions about access and lists need no data key, so that one key of the service
// seals all records.
#ifndef MAMORI_SERVICES_TRIAGE_ACCESS_SEAL_H_
#define MAMORI_SERVICES_TRIAGE_ACCESS_SEAL_H_

#include <string>
#include <string_view>
#include <utility>

#include "common/audit/journal.h"
#include "common/crypto/key_arena.h"
#include "common/crypto/keyed_hash.h"
#include "common/id/id.h"
#include "common/telemetry/telemetry.h"
#include "mamori/v1/access.pb.h"

namespace mamori::triage {

// A record as it is stored.
struct SealedAccess {
  int64_t version = 0;
  std::string record;
  std::string tag;
};

class AccessSeal {
 public:
  // The key that records are sealed with, derived from that of the configuration.
  static absl::StatusOr<crypto::Key> RecordKey(const crypto::KeyedHash& key,
                                               crypto::KeyArena& arena);

  // `journal` is where changes of cases are recorded.
  AccessSeal(crypto::KeyedHash key, crypto::Key record_key, const audit::Journal& journal,
             telemetry::Telemetry& telemetry);
  // For tests and tools: the key of records outside any arena.
  AccessSeal(crypto::KeyedHash key, const audit::Journal& journal, telemetry::Telemetry& telemetry);

  const audit::Journal& journal() const { return journal_; }

  // The same for the same record, so that the audit's entry has the tag of what is stored.
  SealedAccess Seal(const mamori::v1::CaseAccess& access) const;

  // The record; an empty one, which admits nobody, when it is not what was sealed last:
  // `row_version` is the version that the case's row names. Counted in
  // mamori_access_refused_total and logged, by the kind of fault alone.
  mamori::v1::CaseAccess Open(std::string_view tenant, const id::Id& case_id, int64_t row_version,
                              const SealedAccess& sealed) const;
  // For other records that only triage writes: what `purpose` tells apart. kTagBytes bytes.
  std::string TagOf(std::string_view purpose, std::string_view tenant, std::string_view name,
                    const SealedAccess& sealed) const;
  // A keyed hash of `text`, in whose place the database has it; what `purpose` tells apart.
  // kTagBytes bytes.
  std::string HashOf(std::string_view purpose, std::string_view tenant,
                     std::string_view text) const {
    return key_.Tag({purpose, tenant, text});
  }
  // Whether it is what was sealed last: `audited_version` is the latest that the audit knows.
  // Counted and logged like Open when not.
  bool IsOurs(std::string_view purpose, std::string_view tenant, std::string_view name,
              int64_t audited_version, const SealedAccess& sealed) const;

  // For a case without a record.
  mamori::v1::CaseAccess Missing() const { return Refuse("missing"); }
  // For a record that the audit knows a later version of: somebody put an older one back.
  mamori::v1::CaseAccess Replayed() const { return Refuse("replayed"); }

 private:
  mamori::v1::CaseAccess Refuse(const char* fault) const;

  const crypto::KeyedHash key_;
  const crypto::Key record_key_;
  const audit::Journal& journal_;
  telemetry::Telemetry& telemetry_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACCESS_SEAL_H_
