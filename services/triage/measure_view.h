// A measure as it stands now: what a stored one means with the case's file around it.
#ifndef MAMORI_SERVICES_TRIAGE_MEASURE_VIEW_H_
#define MAMORI_SERVICES_TRIAGE_MEASURE_VIEW_H_

#include <string>

#include "absl/status/statusor.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "services/triage/approval_rules.h"
#include "services/triage/casework.h"
#include "services/triage/guard_rules.h"

namespace mamori::triage {

// 64 hex digits over what is proposed and the newest version of each finding that it cites. What is
// written elsewhere, such as a note, does not enter.
std::string DigestOfMeasure(const CaseView& view, const v1::Measure& measure);

// FAILED_PRECONDITION when the policy has no rule for it. `measure` and `view` outlive the facts.
absl::StatusOr<ApprovalFacts> ApprovalFactsOf(const CaseView& view, const v1::Measure& measure);

// OK, or FAILED_PRECONDITION with MEASURE_GUARD_INCOMPLETE that names all that is missing.
absl::Status CheckGuard(const CaseView& view, const v1::Measure& measure);

// Not final: neither rejected nor carried out.
bool IsOpen(const v1::Measure& measure);

// With all that is output only, as of now.
absl::StatusOr<v1::Measure> ShownMeasure(const CaseView& view, const WorkRow& row,
                                         const v1::Measure& measure);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_MEASURE_VIEW_H_
