#include "services/triage/affected_timeline.h"

#include <algorithm>
#include <utility>

#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/named_request_rules.h"
#include "services/triage/timeline_facts.h"
#include "services/triage/timeline_rules.h"

namespace mamori::triage {
namespace {

constexpr char kGetAffectedTimeline[] =
    "/mamori.triage.v1.AffectedTimelineService/GetAffectedTimeline";
// A case that was merged into one that was merged, and so on.
constexpr int kMaxMerges = 20;

absl::Status CheckAsked(const v1::GetAffectedTimelineRequest& request) {
  status::Violations violations;
  CheckName(violations, "name", "cases", request.name());
  return violations.Status();
}

}  // namespace

absl::StatusOr<CaseFile> AffectedTimelines::Read(const server::CallContext& call, id::Id case_id) {
  // As of whoever adds to a report: no role is asked for, and only those are refused whom the
  // record keeps out.
  const auto admit = [&](const CaseRow& row) {
    return gate_.Check(ViewerOf(call), row.access, authz::Action::kSupplement);
  };
  for (int merges = 0; merges <= kMaxMerges; ++merges) {
    ASSIGN_OR_RETURN(CaseFile file, work_.Read(call.tenant, case_id, admit, call.deadline));
    if (file.row.merged_into.empty()) return file;
    case_id = file.row.merged_into;
  }
  return status::NotFound("case");
}

absl::StatusOr<v1::Timeline> AffectedTimelines::Get(const server::CallContext& call,
                                                    const v1::GetAffectedTimelineRequest& request) {
  RETURN_IF_ERROR(CheckAsked(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const CaseFile file, Read(call, case_id));
  ASSIGN_OR_RETURN(const std::vector<v1::Care> all, AllCare(file));
  const bool cared_for = std::any_of(all.begin(), all.end(), [&](const v1::Care& care) {
    return !call.person.empty() && care.person() == call.person;
  });
  if (!cared_for) return status::NotFound("case");
  ASSIGN_OR_RETURN(const TimelineFacts facts, TimelineFactsOf(file, call.person));
  return TimelineOf(facts, v1::TIMELINE_AUDIENCE_AFFECTED);
}

grpc::Status AffectedTimelineService::GetAffectedTimeline(
    grpc::ServerContext* context, const v1::GetAffectedTimelineRequest* request,
    v1::Timeline* response) {
  return rpc_.Unary(
      context, kGetAffectedTimeline, server::Needs::kTenantAndPerson, response,
      [&](const server::CallContext& call) { return timelines_.Get(call, *request); });
}

}  // namespace mamori::triage
