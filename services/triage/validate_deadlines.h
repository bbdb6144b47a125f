// What is wrong with a request about deadlines, field by field. Pure. Each returns OK or
// INVALID_ARGUMENT with the violations.
#ifndef MAMORI_SERVICES_TRIAGE_VALIDATE_DEADLINES_H_
#define MAMORI_SERVICES_TRIAGE_VALIDATE_DEADLINES_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/deadline_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::ListDeadlinesRequest& request);
absl::Status Validate(const v1::StartClockRequest& request);
absl::Status Validate(const v1::PauseDeadlineRequest& request);
absl::Status Validate(const v1::ResumeDeadlineRequest& request);
absl::Status Validate(const v1::CompleteDeadlineRequest& request);

// Of StartClock: not later than `now`, and not too long ago.
absl::Status CheckStart(absl::Time start, absl::Time now);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_VALIDATE_DEADLINES_H_
