#include "services/intake/dialogue_parties.h"

#include "common/id/id.h"
#include "common/receipt/receipt.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::intake {

absl::StatusOr<Party> DialogueParties::ByReceipt(const server::CallContext& call,
                                                 const std::string& receipt) {
  ASSIGN_OR_RETURN(const std::string text, receipt::Parse(receipt));
  ASSIGN_OR_RETURN(
      ReceiptRow row,
      d_.receipts.Find(call.tenant, d_.receipt_keys.HashOf(call.tenant, text), call.deadline));
  return Party{.tenant = call.tenant,
               .report_id = std::move(row.report_id),
               .side = v1::MESSAGE_SIDE_REPORTER,
               .role = ReporterRole::kReporter};
}

absl::Status DialogueParties::CheckNotKeptOut(const server::CallContext& call,
                                              const id::Id& report_id) {
  ASSIGN_OR_RETURN(const auto admitted,
                   d_.reports.Admitted(call, ReportAccess::Use::kSupplement, {report_id}));
  return admitted.empty() ? status::NotFound("report") : absl::OkStatus();
}

absl::StatusOr<Party> DialogueParties::Reporter(const server::CallContext& call,
                                                const std::string& report) {
  ASSIGN_OR_RETURN(const id::Id report_id, id::FromName("reports", report));
  ASSIGN_OR_RETURN(const ReporterRole role,
                   d_.reporters.RoleOf(call.tenant, report_id, call.person, call.deadline));
  if (role == ReporterRole::kNone) return status::NotFound("report");
  // It is not their own: what keeps everybody else out keeps them out.
  if (role == ReporterRole::kForAnother) RETURN_IF_ERROR(CheckNotKeptOut(call, report_id));
  return Party{.tenant = call.tenant,
               .report_id = report_id,
               .side = v1::MESSAGE_SIDE_REPORTER,
               .person = call.person,
               .caller = call.caller,
               .role = role};
}

absl::StatusOr<Party> DialogueParties::ByToken(const server::CallContext& call,
                                               const std::string& report) {
  auto reporter = Reporter(call, report);
  if (reporter.ok() || !absl::IsNotFound(reporter.status())) return reporter;
  ASSIGN_OR_RETURN(const auto answers,
                   d_.access.Check({client::QuestionOf(call, report)}, call.deadline));
  if (answers.size() != 1 || answers[0] != client::Access::kAllowed) {
    return status::NotFound("report");
  }
  ASSIGN_OR_RETURN(const id::Id report_id, id::FromName("reports", report));
  ASSIGN_OR_RETURN(const ReporterGate::Withheld withheld,
                   d_.gate.Find(call.tenant, {report_id}, call.person, call.deadline));
  if (!withheld.hidden.empty()) return status::NotFound("report");
  return Party{.tenant = call.tenant,
               .report_id = report_id,
               .side = v1::MESSAGE_SIDE_DESK,
               .person = call.person,
               .caller = call.caller};
}

}  // namespace mamori::intake
