#include "services/notification/ingest.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/policy/notice_wait.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/notification/validate.h"

namespace mamori::notification {

absl::StatusOr<v1::IngestEventsResponse> Ingestor::Ingest(const server::CallContext& call,
                                                          const v1::IngestEventsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  std::vector<absl::Status> statuses(request.events_size());
  std::vector<RoutedEvent> routed;
  std::vector<int> places;
  for (int i = 0; i < request.events_size(); ++i) {
    absl::StatusOr<RoutedEvent> one = Route(request.events(i));
    // One that is left out holds back the later ones of its subject: the store answers them with a
    // gap.
    if (!one.ok()) {
      statuses[i] = one.status();
      continue;
    }
    routed.push_back(*std::move(one));
    places.push_back(i);
  }
  if (!routed.empty()) {
    const std::vector<absl::Status> stored = store_.Apply(routed, clock_.Now(), call.deadline);
    for (size_t i = 0; i < places.size(); ++i) statuses[places[i]] = stored[i];
    wake_();
  }
  v1::IngestEventsResponse response;
  for (const absl::Status& status : statuses) {
    *response.add_results()->mutable_status() = status::ToProtoStatus(status, call.request_id);
  }
  return response;
}

absl::StatusOr<RoutedEvent> Ingestor::Route(const mamori::v1::Event& event) {
  RETURN_IF_ERROR(ValidateEvent(event));
  RoutedEvent routed;
  routed.event = &event;
  std::optional<EventFacts> facts = FactsOf(event);
  if (!facts.has_value()) return routed;
  routed.facts = *std::move(facts);
  std::shared_ptr<const policy::PolicyVersion> version = current_;
  if (!routed.facts.policy_digest.empty()) {
    ASSIGN_OR_RETURN(version, policies_.Get(routed.facts.policy_digest));
  }
  routed.policy_digest = absl::HexStringToBytes(version->digest);
  routed.notifications = RouteEvent(version->policy, routed.facts);
  if (Waits(event, routed.facts)) {
    const policy::NoticeTimes times = policy::NoticeTimesOf(version->policy.anonymous_notices());
    routed.wait = policy::NoticeWait(times, ids_.NewFraction());
    routed.apart = times.apart;
  }
  return routed;
}

}  // namespace mamori::notification
