// What is wrong with requests about fact finding, and when facts support a conclusion. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_FACT_FINDING_RULES_H_
#define MAMORI_SERVICES_TRIAGE_FACT_FINDING_RULES_H_

#include <vector>

#include "absl/status/status.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::RecordStatementRequest& request);
absl::Status Validate(const v1::RecordFindingRequest& request);
absl::Status Validate(const v1::ReviseFindingRequest& request);
absl::Status Validate(const v1::ConcludeFactFindingRequest& request);
absl::Status Validate(const v1::GetFactFindingRequest& request);

// It is held to be so, at least in part.
bool IsSubstantiated(v1::FactOutcome outcome);

// Whether an inquiry with these findings can come to `outcome`: what is substantiated in whole or
// part rests on a finding that is, and nothing but "cannot be told" rests on none.
bool Supports(const std::vector<v1::FactOutcome>& findings, v1::FactOutcome outcome);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_FACT_FINDING_RULES_H_
