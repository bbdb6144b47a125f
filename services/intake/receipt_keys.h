// What intake keeps of a receipt: hashes under a key that the database never sees, so that a stolen
// database opens no dialogue, and rows that nobody else can make.
#ifndef MAMORI_SERVICES_INTAKE_RECEIPT_KEYS_H_
#define MAMORI_SERVICES_INTAKE_RECEIPT_KEYS_H_

#include <string>
#include <string_view>

#include "common/crypto/keyed_hash.h"
#include "services/intake/receipt_row.h"

namespace mamori::intake {

// Thread safe.
class ReceiptKeys {
 public:
  explicit ReceiptKeys(crypto::KeyedHash key) : key_(std::move(key)) {}

  // `receipt` as receipt::Parse gives it.
  std::string HashOf(std::string_view tenant, std::string_view receipt) const {
    return key_.Tag({"receipt", tenant, receipt});
  }
  // In the place of a request id: what was sent again with the same receipt is the same report.
  std::string RequestKey(std::string_view tenant, std::string_view receipt) const {
    return key_.Tag({"submit", tenant, receipt});
  }
  void Seal(ReceiptRow& row) const { row.tag = TagOf(row); }
  // Whether this service wrote the row as it is.
  bool Believes(const ReceiptRow& row) const;

 private:
  std::string TagOf(const ReceiptRow& row) const;

  const crypto::KeyedHash key_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_RECEIPT_KEYS_H_
