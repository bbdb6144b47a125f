// What is wrong with requests about measures, field by field. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_MEASURE_RULES_H_
#define MAMORI_SERVICES_TRIAGE_MEASURE_RULES_H_

#include "absl/status/status.h"
#include "mamori/triage/v1/measure_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::ProposeMeasureRequest& request);
absl::Status Validate(const v1::ReviseMeasureRequest& request);
absl::Status Validate(const v1::GetMeasureRequest& request);
absl::Status Validate(const v1::ListMeasuresRequest& request);
absl::Status Validate(const v1::ApproveMeasureRequest& request);
absl::Status Validate(const v1::RevokeApprovalRequest& request);
absl::Status Validate(const v1::ReferMeasureRequest& request);
absl::Status Validate(const v1::RejectMeasureRequest& request);
absl::Status Validate(const v1::RecordMeasureOutcomeRequest& request);
absl::Status Validate(const v1::AssessMeasureEffectRequest& request);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_MEASURE_RULES_H_
