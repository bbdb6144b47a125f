// Which receipt opens which report. A receipt comes into being with its report
// (NewReport::receipt).
#ifndef MAMORI_SERVICES_INTAKE_RECEIPT_STORE_H_
#define MAMORI_SERVICES_INTAKE_RECEIPT_STORE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/intake/receipt_row.h"

namespace mamori::intake {

// Errors are those of common/db besides what is named. `deadline` bounds each call. Thread safe.
class ReceiptStore {
 public:
  virtual ~ReceiptStore() = default;

  // NOT_FOUND for a receipt that is not in force; the same for a row that is not believed, which is
  // alarmed.
  virtual absl::StatusOr<ReceiptRow> Find(const std::string& tenant,
                                          const std::string& receipt_hash, absl::Time deadline) = 0;
  // From now on `new_hash` is the receipt of what `old_hash` was that of. OK as well when just that
  // was done before. NOT_FOUND; ALREADY_EXISTS when `new_hash` is a receipt in force.
  virtual absl::Status Rotate(const std::string& tenant, const std::string& old_hash,
                              const std::string& new_hash, absl::Time deadline) = 0;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_RECEIPT_STORE_H_
