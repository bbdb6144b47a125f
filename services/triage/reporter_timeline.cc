#include "services/triage/reporter_timeline.h"

#include <string>

#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/care_rules.h"
#include "services/triage/timeline_facts.h"
#include "services/triage/timeline_rules.h"

namespace mamori::triage {

using server::CallContext;

namespace {

constexpr char kReadReporterTimeline[] =
    "/mamori.triage.v1.ReporterTimelineService/ReadReporterTimeline";

// Intake has asked who it is: the reporter sees what becomes of the report, whoever may see the
// case.
absl::Status Everyone(const CaseRow&) { return absl::OkStatus(); }

}  // namespace

absl::StatusOr<v1::Timeline> ReporterTimelines::Read(
    const CallContext& call, const v1::ReadReporterTimelineRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const auto of =
      cases_.GetByReport(request.tenant(), request.report_id(), Everyone, call.deadline);
  if (absl::IsNotFound(of.status())) {
    return TimelineOf({.state = mamori::v1::CASE_STATE_RECEIVED, .opened = request.receive_time()},
                      v1::TIMELINE_AUDIENCE_REPORTER);
  }
  RETURN_IF_ERROR(of.status());
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", of->name()));
  ASSIGN_OR_RETURN(const CaseFile file,
                   work_.Read(request.tenant(), case_id, Everyone, call.deadline));
  ASSIGN_OR_RETURN(const TimelineFacts facts, TimelineFactsOf(file, request.person()));
  return TimelineOf(Since(facts, request.receive_time()), request.person().empty()
                                                              ? v1::TIMELINE_AUDIENCE_REPORTER
                                                              : v1::TIMELINE_AUDIENCE_AFFECTED);
}

grpc::Status ReporterTimelineService::ReadReporterTimeline(
    grpc::ServerContext* context, const v1::ReadReporterTimelineRequest* request,
    v1::Timeline* response) {
  return rpc_.Unary(context, kReadReporterTimeline, server::Needs::kNothing, response,
                    [&](const CallContext& call) { return timelines_.Read(call, *request); });
}

}  // namespace mamori::triage
