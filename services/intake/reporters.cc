#include "services/intake/reporters.h"

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "common/receipt/receipt.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/reporter_rules.h"

namespace mamori::intake {
namespace {

absl::Status ReceiptUsed() {
  return status::Error(absl::StatusCode::kInvalidArgument, mamori::v1::ERROR_REASON_RECEIPT_USED,
                       "the receipt was used for something else; make another one");
}

// Blocks until the report is on disk or refused.
absl::StatusOr<std::string> Await(GroupCommit& writer, std::unique_ptr<Submission> submission) {
  // Shared: who sets it may still be in there when the waiter has gone on.
  auto answer = std::make_shared<std::promise<absl::StatusOr<std::string>>>();
  auto answered = answer->get_future();
  submission->done = [answer](absl::StatusOr<std::string> result) {
    answer->set_value(std::move(result));
  };
  writer.Submit(std::move(submission));
  return answered.get();
}

}  // namespace

absl::StatusOr<NewReport> Reporters::Prepare(const server::CallContext& call,
                                             const std::string& receipt,
                                             const mamori::v1::Report& report) {
  server::CallContext nobody;
  nobody.tenant = call.tenant;
  v1::SubmitReportRequest request;
  *request.mutable_report() = report;
  request.mutable_report()->set_reporter_mode(mamori::v1::REPORTER_MODE_ANONYMOUS);
  ASSIGN_OR_RETURN(NewReport row,
                   MakeNewReport(d_.seal, nobody, kSubmitAnonymousReport, request,
                                 {.subject = d_.ids.NewId(), .event = d_.ids.NewId()},
                                 time::BeginOfDay(d_.clock.Now())));
  row.answer.key = d_.keys.RequestKey(call.tenant, receipt);
  row.event.set_anonymous(true);
  row.receipt = ReceiptRow{.receipt_hash = d_.keys.HashOf(call.tenant, receipt),
                           .tenant = call.tenant,
                           .report_id = row.report_id};
  d_.keys.Seal(*row.receipt);
  return row;
}

absl::StatusOr<v1::SubmitAnonymousReportResponse> Reporters::Submit(
    const server::CallContext& call, const v1::SubmitAnonymousReportRequest& request) {
  RETURN_IF_ERROR(ValidateSubmitAnonymousReport(request, d_.clock.Now()));
  RETURN_IF_ERROR(d_.gate.Admit(request.report().immediate_danger()));
  auto submission = std::make_unique<Submission>();
  ASSIGN_OR_RETURN(submission->report,
                   Prepare(call, receipt::Parse(request.receipt()).value(), request.report()));
  submission->deadline = call.deadline;
  // One that came into being as the successor of another has no report of its own.
  const auto found =
      d_.receipts.Find(call.tenant, submission->report.receipt->receipt_hash, call.deadline);
  if (found.ok() && found->generation > 1) return ReceiptUsed();
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  const absl::StatusOr<std::string> answer = Await(d_.writer, std::move(submission));
  if (status::HasReason(answer.status(), mamori::v1::ERROR_REASON_REQUEST_ID_REUSED)) {
    return ReceiptUsed();
  }
  RETURN_IF_ERROR(answer.status());
  v1::SubmitReportResponse submitted;
  if (!submitted.ParseFromString(*answer)) {
    return absl::InternalError("a stored answer cannot be parsed");
  }
  v1::SubmitAnonymousReportResponse response;
  response.mutable_name()->swap(*submitted.mutable_name());
  if (submitted.has_statement()) response.mutable_statement()->Swap(submitted.mutable_statement());
  return response;
}

absl::Status Reporters::RotateReceipt(const server::CallContext& call,
                                      const v1::RotateReceiptRequest& request) {
  RETURN_IF_ERROR(ValidateRotateReceipt(request));
  const absl::Status rotated = d_.receipts.Rotate(
      call.tenant, d_.keys.HashOf(call.tenant, receipt::Parse(request.receipt()).value()),
      d_.keys.HashOf(call.tenant, receipt::Parse(request.new_receipt()).value()), call.deadline);
  return absl::IsAlreadyExists(rotated) ? ReceiptUsed() : rotated;
}

}  // namespace mamori::intake
