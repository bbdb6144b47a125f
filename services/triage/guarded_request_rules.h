// What is wrong with the requests about acts of two persons, holds and retention, field by field.
// Pure. Each returns OK or INVALID_ARGUMENT with the violations.
#ifndef MAMORI_SERVICES_TRIAGE_GUARDED_REQUEST_RULES_H_
#define MAMORI_SERVICES_TRIAGE_GUARDED_REQUEST_RULES_H_

#include "absl/status/status.h"
#include "mamori/triage/v1/hold_service.pb.h"
#include "mamori/triage/v1/opinion_service.pb.h"
#include "mamori/triage/v1/retention_service.pb.h"
#include "mamori/triage/v1/two_person_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::RequestActRequest& request);
absl::Status Validate(const v1::ApproveActRequest& request);
absl::Status Validate(const v1::WithdrawActRequest& request);
absl::Status Validate(const v1::GetActRequest& request);
absl::Status Validate(const v1::ListActsRequest& request);
absl::Status Validate(const v1::RemoveExclusionRequest& request);
absl::Status Validate(const v1::UseIdentityActRequest& request);

absl::Status Validate(const v1::PlaceHoldRequest& request);
absl::Status Validate(const v1::ListHoldsRequest& request);
absl::Status Validate(const v1::ReleaseHoldRequest& request);

absl::Status Validate(const v1::DryRunRetentionRequest& request);
absl::Status Validate(const v1::DisposeCaseRequest& request);
absl::Status Validate(const v1::DisposeRecordRequest& request);
absl::Status Validate(const v1::GetDispositionRequest& request);

absl::Status Validate(const v1::TrainOpinionRequest& request);
absl::Status Validate(const v1::GetOpinionRequest& request);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_GUARDED_REQUEST_RULES_H_
