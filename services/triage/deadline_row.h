// A deadline of a case, as the stores keep it.
#ifndef MAMORI_SERVICES_TRIAGE_DEADLINE_ROW_H_
#define MAMORI_SERVICES_TRIAGE_DEADLINE_ROW_H_

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "mamori/triage/v1/deadline_service.pb.h"
#include "mamori/v1/clock.pb.h"

namespace mamori::triage {

struct DeadlineRow {
  id::Id deadline_id;
  std::string tenant;
  id::Id case_id;
  std::string company;
  std::string clock;
  mamori::v1::ClockRegime regime = mamori::v1::CLOCK_REGIME_UNSPECIFIED;
  mamori::v1::Urgency urgency = mamori::v1::URGENCY_UNSPECIFIED;
  v1::DeadlineState state = v1::DEADLINE_STATE_RUNNING;
  absl::Time start_time;
  absl::Time due_time;
  absl::CivilDay due_day;
  // When the next of its steps comes: a warning, the miss, an escalation; while it is paused, when
  // its time goes on by itself. Nothing where none comes, and once it has ended.
  std::optional<absl::Time> next_time;
  int steps_done = 0;
  std::optional<absl::Time> pause_time;
  // By how much all its pauses that are over have moved it: days of 24 hours where it is counted in
  // days. Those from before that was so are kept as they were, by how long they lasted.
  absl::Duration paused;
  std::optional<absl::Time> end_time;
  std::string completer;  // empty when an event completed it
};

inline bool IsOpen(const DeadlineRow& row) {
  return row.state == v1::DEADLINE_STATE_RUNNING || row.state == v1::DEADLINE_STATE_PAUSED;
}

// Whether the Whistleblower Protection Act counts by one of them.
inline bool HasWhistleblower(const std::vector<DeadlineRow>& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const DeadlineRow& one) {
    return one.regime == mamori::v1::CLOCK_REGIME_WHISTLEBLOWER;
  });
}

// What a change of a case does to its deadlines.
struct DeadlineChanges {
  std::vector<DeadlineRow> started;
  std::vector<DeadlineRow> changed;  // as they are afterwards
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DEADLINE_ROW_H_
