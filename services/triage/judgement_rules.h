// When a case may be judged to be what. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_JUDGEMENT_RULES_H_
#define MAMORI_SERVICES_TRIAGE_JUDGEMENT_RULES_H_

#include "absl/status/status.h"
#include "mamori/triage/v1/judgement_service.pb.h"

namespace mamori::triage {

// Whether the two axes bear a verdict of harassment: the means go too far, or nothing justifies the
// demand. False while one of them is not rated.
bool BearHarassment(v1::DemandValidity demand, v1::MeansAcceptability means);

// INVALID_ARGUMENT names every axis and guard that the verdict needs and does not have.
absl::Status Validate(const v1::JudgeCaseRequest& request);
absl::Status Validate(const v1::GetJudgementRequest& request);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_JUDGEMENT_RULES_H_
