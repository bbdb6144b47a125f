#include "services/triage/event_router.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mamori::triage {
namespace {

using Statuses = std::vector<absl::Status>;

// Of the events for one receiver, whose places in the batch are `places`.
void PublishPart(const outbox::Publisher& publish, const std::vector<mamori::v1::Event>& events,
                 const std::vector<size_t>& places, absl::Time deadline, Statuses& statuses) {
  if (events.empty()) return;
  absl::StatusOr<Statuses> answered = publish(events, deadline);
  if (answered.ok() && answered->size() != events.size()) {
    answered = absl::InternalError(
        absl::StrCat(answered->size(), " results for ", events.size(), " events"));
  }
  for (size_t i = 0; i < places.size(); ++i) {
    statuses[places[i]] = answered.ok() ? (*answered)[i] : answered.status();
  }
}

}  // namespace

outbox::Publisher RouteEvents(outbox::Publisher to_notification, outbox::Publisher to_intake) {
  return [to_notification = std::move(to_notification), to_intake = std::move(to_intake)](
             const std::vector<mamori::v1::Event>& events,
             absl::Time deadline) -> absl::StatusOr<Statuses> {
    std::vector<mamori::v1::Event> parts[2];
    std::vector<size_t> places[2];
    for (size_t i = 0; i < events.size(); ++i) {
      const int part = events[i].has_report_disposed() ? 1 : 0;
      parts[part].push_back(events[i]);
      places[part].push_back(i);
    }
    // The usual case: as it came, with what the relay makes of a batch that fails as a whole.
    if (parts[1].empty()) return to_notification(events, deadline);
    if (parts[0].empty()) return to_intake(events, deadline);
    Statuses statuses(events.size());
    PublishPart(to_notification, parts[0], places[0], deadline, statuses);
    PublishPart(to_intake, parts[1], places[1], deadline, statuses);
    return statuses;
  };
}

}  // namespace mamori::triage
