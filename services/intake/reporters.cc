#include "services/intake/reporters.h"

#include <memory>
#include <string>
#include <utility>

#include "common/receipt/receipt.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/intake/await_commit.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/reporter_rules.h"
#include "services/intake/sealed_calls.h"

namespace mamori::intake {
namespace {

absl::Status ReceiptUsed() {
  return status::Error(absl::StatusCode::kInvalidArgument, mamori::v1::ERROR_REASON_RECEIPT_USED,
                       "the receipt was used for something else; make another one");
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
  request.mutable_report()->clear_submitter_digest();
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
  return Unsealed<v1::SubmitAnonymousReportResponse>(
      d_.sealing, call.tenant, request,
      [&](const v1::SubmitAnonymousReportRequest& opened) { return SubmitOpen(call, opened); });
}

absl::StatusOr<v1::SubmitAnonymousReportResponse> Reporters::SubmitOpen(
    const server::CallContext& call, const v1::SubmitAnonymousReportRequest& request) {
  RETURN_IF_ERROR(ValidateSubmitAnonymousReport(request, d_.clock.Now()));
  const std::string receipt = receipt::Parse(request.receipt()).value();
  RETURN_IF_ERROR(d_.flood.AdmitAnonymous(call, receipt, request.work()));
  RETURN_IF_ERROR(d_.gate.Admit(request.report().immediate_danger()));
  auto submission = std::make_unique<Submission>();
  ASSIGN_OR_RETURN(submission->report, Prepare(call, receipt, request.report()));
  submission->deadline = call.deadline;
  // One that came into being as the successor of another has no report of its own.
  const auto found =
      d_.receipts.Find(call.tenant, submission->report.receipt->receipt_hash, call.deadline);
  if (found.ok() && found->generation > 1) return ReceiptUsed();
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  const absl::StatusOr<std::string> answer = AwaitCommit(d_.writer, std::move(submission));
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
  RETURN_IF_ERROR(d_.flood.AdmitReceipt(receipt::Parse(request.receipt()).value()));
  const absl::Status rotated = d_.receipts.Rotate(
      call.tenant, d_.keys.HashOf(call.tenant, receipt::Parse(request.receipt()).value()),
      d_.keys.HashOf(call.tenant, receipt::Parse(request.new_receipt()).value()), call.deadline);
  return absl::IsAlreadyExists(rotated) ? ReceiptUsed() : rotated;
}

}  // namespace mamori::intake
