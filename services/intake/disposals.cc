#include "services/intake/disposals.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/errors.h"

namespace mamori::intake {
namespace {

constexpr int kMaxEvents = 500;
constexpr size_t kIdBytes = 16;

// Whether it could ever be applied.
absl::Status ValidateEvent(const mamori::v1::Event& event) {
  status::Violations violations;
  if (event.source() != "triage") violations.Add("source", "want triage");
  if (!server::IsTenant(event.tenant())) violations.Add("tenant", "want 1 to 64 of [a-z0-9-]");
  if (event.event_id().size() != kIdBytes) violations.Add("event_id", "want 16 bytes");
  if (event.subject_id().size() != kIdBytes) violations.Add("subject_id", "want 16 bytes");
  if (event.subject_sequence() < 1) violations.Add("subject_sequence", "want 1 or more");
  if (!event.has_report_disposed()) violations.Add("fact", "want report_disposed");
  if (event.report_disposed().case_id().size() != kIdBytes) {
    violations.Add("report_disposed.case_id", "want 16 bytes");
  }
  return violations.Status();
}

}  // namespace

absl::StatusOr<v1::IngestEventsResponse> Disposals::Ingest(const server::CallContext& call,
                                                           const v1::IngestEventsRequest& request) {
  if (request.events().empty() || request.events_size() > kMaxEvents) {
    status::Violations violations;
    violations.Add("events", absl::StrCat(request.events_size(), ", want 1 to ", kMaxEvents));
    return violations.Status();
  }
  std::vector<absl::Status> statuses;
  std::vector<const mamori::v1::Event*> events;
  for (const mamori::v1::Event& event : request.events()) {
    statuses.push_back(ValidateEvent(event));
    if (statuses.back().ok()) events.push_back(&event);
  }
  size_t next = 0;
  const std::vector<absl::Status> applied = store_.Apply(events, call.deadline);
  v1::IngestEventsResponse response;
  for (absl::Status& status : statuses) {
    if (status.ok()) status = applied[next++];
    *response.add_results()->mutable_status() = status::ToProtoStatus(status, call.request_id);
  }
  return response;
}

}  // namespace mamori::intake
