#include "services/intake/receipt_keys.h"

#include "absl/strings/str_cat.h"

namespace mamori::intake {

std::string ReceiptKeys::TagOf(const ReceiptRow& row) const {
  return key_.Tag({"row", row.receipt_hash, row.tenant, row.report_id, absl::StrCat(row.generation),
                   row.replaced_hash});
}

bool ReceiptKeys::Believes(const ReceiptRow& row) const {
  return key_.Verify({"row", row.receipt_hash, row.tenant, row.report_id,
                      absl::StrCat(row.generation), row.replaced_hash},
                     row.tag);
}

}  // namespace mamori::intake
