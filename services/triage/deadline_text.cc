#include "services/triage/deadline_text.h"

#include "absl/time/civil_time.h"
#include "common/time/timestamp.h"

namespace mamori::triage {

v1::Deadline ToProto(const DeadlineRow& deadline, const CaseRow& row, const ClockBook* book,
                     absl::Time now) {
  v1::Deadline proto;
  proto.set_name(id::Name("deadlines", deadline.deadline_id));
  proto.set_case_name(id::Name("cases", row.case_id));
  proto.set_clock(deadline.clock);
  proto.set_regime(deadline.regime);
  proto.set_urgency(deadline.urgency);
  proto.set_state(deadline.state);
  *proto.mutable_start_time() = time::ToTimestamp(deadline.start_time);
  *proto.mutable_due_time() = time::ToTimestamp(deadline.due_time);
  proto.set_due_day(absl::FormatCivilTime(deadline.due_day));
  proto.set_missed(IsMissed(deadline, now));
  if (deadline.pause_time) *proto.mutable_pause_time() = time::ToTimestamp(*deadline.pause_time);
  if (deadline.end_time) *proto.mutable_end_time() = time::ToTimestamp(*deadline.end_time);
  proto.set_completer(deadline.completer);
  if (deadline.next_time) {
    *proto.mutable_next_step_time() = time::ToTimestamp(*deadline.next_time);
  }
  const mamori::v1::Clock* clock = book == nullptr ? nullptr : book->Find(deadline.clock);
  if (clock != nullptr) {
    proto.set_label_ja(clock->label_ja());
    proto.set_label_en(clock->label_en());
  }
  proto.set_company(row.company);
  proto.set_severity(row.severity);
  proto.set_case_state(row.state);
  proto.set_assignee(row.assignee);
  return proto;
}

}  // namespace mamori::triage
