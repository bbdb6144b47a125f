// How a deadline is told to clients.
#ifndef MAMORI_SERVICES_TRIAGE_DEADLINE_TEXT_H_
#define MAMORI_SERVICES_TRIAGE_DEADLINE_TEXT_H_

#include "absl/time/time.h"
#include "services/triage/case_row.h"
#include "services/triage/clock_rules.h"
#include "services/triage/deadline_row.h"

namespace mamori::triage {

// `book` is that of the case's policy version, for the labels; null leaves them out.
v1::Deadline ToProto(const DeadlineRow& deadline, const CaseRow& row, const ClockBook* book,
                     absl::Time now);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DEADLINE_TEXT_H_
