#include "services/intake/reporter_rules.h"

#include <string>

#include "common/receipt/receipt.h"
#include "services/intake/field_rules.h"
#include "services/intake/validate.h"

namespace mamori::intake {
namespace {

void Receipt(FieldRules& rules, const char* field, const std::string& text) {
  if (text.empty()) return rules.Add(Path(field), "empty, want a receipt");
  if (!receipt::Parse(text).ok()) {
    rules.Add(Path(field), "not a receipt, want 30 characters whose last 4 check the rest");
  }
}

}  // namespace

absl::Status ValidateSubmitAnonymousReport(const v1::SubmitAnonymousReportRequest& request,
                                           absl::Time now) {
  FieldRules rules(now);
  Receipt(rules, "receipt", request.receipt());
  const Path report("report");
  if (!request.has_report()) {
    rules.Add(report, "unset, want a report");
    return rules.Status();
  }
  CheckReport(rules, report, request.report());
  if (request.report().has_reporter()) {
    rules.Add(Path(report, "reporter"), "set, want none in an anonymous report");
  }
  if (!request.report().existing_case().empty()) {
    rules.Add(Path(report, "existing_case"), "set, want none in an anonymous report");
  }
  return rules.Status();
}

absl::Status ValidateRotateReceipt(const v1::RotateReceiptRequest& request) {
  FieldRules rules(absl::InfinitePast());
  Receipt(rules, "receipt", request.receipt());
  Receipt(rules, "new_receipt", request.new_receipt());
  const auto old = receipt::Parse(request.receipt());
  if (old.ok() && receipt::Parse(request.new_receipt()) == old) {
    rules.Add(Path("new_receipt"), "the same, want another one");
  }
  return rules.Status();
}

}  // namespace mamori::intake
