// Whether a case's file allows that it goes on, and that it is closed.
#ifndef MAMORI_SERVICES_TRIAGE_CLOSING_H_
#define MAMORI_SERVICES_TRIAGE_CLOSING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

// OK, or FAILED_PRECONDITION with RISK_NOT_ASSESSED.
absl::Status CheckRisk(const CaseFile& file);

// Whether withdrawing it asks for what closing does: it is investigated, was judged or concluded,
// or measures were approved or carried out. DATA_LOSS.
absl::StatusOr<bool> EndsLikeClosing(const CaseFile& file);

// OK, or FAILED_PRECONDITION with CLOSING_INCOMPLETE that names all that is missing.
// `no_prevention_reason` says why nothing is done against recurrence; empty when that is not said.
absl::Status CheckClosing(const CaseFile& file, const std::string& no_prevention_reason);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CLOSING_H_
