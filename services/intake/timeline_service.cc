#include "services/intake/timeline_service.h"

#include <algorithm>

#include "common/client/channel.h"
#include "common/receipt/receipt.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "mamori/triage/v1/reporter_timeline_service.grpc.pb.h"
#include "services/intake/dialogue_rules.h"
#include "services/intake/methods.h"
#include "services/intake/sealed_calls.h"

namespace mamori::intake {

using server::CallContext;
using server::Needs;
using triage::v1::Timeline;

namespace {

// Triage answers in milliseconds or not at all.
constexpr absl::Duration kPatience = absl::Seconds(2);

}  // namespace

TimelineService::Ask AskTriage(const std::shared_ptr<grpc::Channel>& triage) {
  return [stub = std::shared_ptr(triage::v1::ReporterTimelineService::NewStub(triage))](
             auto* context, const auto& request, auto* response) {
    return stub->ReadReporterTimeline(context, request, response);
  };
}

absl::StatusOr<Timeline> TimelineService::Read(const CallContext& call, const Party& party) {
  ASSIGN_OR_RETURN(const DialogueFacts facts,
                   d_.messages.Facts(party.tenant, party.report_id, call.deadline));
  triage::v1::ReadReporterTimelineRequest request;
  request.set_tenant(party.tenant);
  request.set_report_id(party.report_id);
  *request.mutable_receive_time() = time::ToTimestamp(facts.create_time);
  request.set_person(party.person);
  Timeline timeline;
  const auto context = client::MakeContext(std::min(call.deadline, d_.clock.Now() + kPatience));
  const grpc::Status status = d_.ask(context.get(), request, &timeline);
  if (status.ok()) return timeline;
  // Whatever went wrong there is no fault of the caller's, who sees that it may pass.
  return status::Error(absl::StatusCode::kUnavailable,
                       mamori::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
                       "it cannot be known now what becomes of the report");
}

absl::StatusOr<Timeline> TimelineService::ByReceipt(
    const CallContext& call, const v1::GetAnonymousTimelineRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const std::string text, receipt::Parse(request.receipt()));
  RETURN_IF_ERROR(d_.flood.AdmitReceipt(text));
  ASSIGN_OR_RETURN(const Party party, d_.parties.ByReceipt(call, text));
  return Read(call, party);
}

absl::StatusOr<Timeline> TimelineService::ByToken(const CallContext& call,
                                                  const v1::GetReportTimelineRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const Party party, d_.parties.Reporter(call, request.report()));
  return Read(call, party);
}

grpc::Status TimelineService::GetAnonymousTimeline(grpc::ServerContext* context,
                                                   const v1::GetAnonymousTimelineRequest* request,
                                                   Timeline* response) {
  return d_.rpc.Unary(
      context, kGetAnonymousTimeline, Needs::kAnonymous, response, [&](const CallContext& call) {
        return Unsealed<Timeline>(
            d_.sealing, call.tenant, *request,
            [&](const v1::GetAnonymousTimelineRequest& opened) { return ByReceipt(call, opened); });
      });
}

grpc::Status TimelineService::GetReportTimeline(grpc::ServerContext* context,
                                                const v1::GetReportTimelineRequest* request,
                                                Timeline* response) {
  return d_.rpc.Unary(context, kGetReportTimeline, Needs::kTenantAndPerson, response,
                      [&](const CallContext& call) { return ByToken(call, *request); });
}

}  // namespace mamori::intake
