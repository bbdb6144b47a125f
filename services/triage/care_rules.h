// What is wrong with requests about care, and when nobody is left alone. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_CARE_RULES_H_
#define MAMORI_SERVICES_TRIAGE_CARE_RULES_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/care_service.pb.h"
#include "mamori/triage/v1/reporter_timeline_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::RecordCareRequest& request);
absl::Status Validate(const v1::AssessDetrimentRiskRequest& request);
absl::Status Validate(const v1::GetCareRequest& request);
absl::Status Validate(const v1::GetTimelineRequest& request);
absl::Status Validate(const v1::ReportRetaliationRequest& request);
absl::Status Validate(const v1::ReadReporterTimelineRequest& request);

// What is missing now, by person in alphabetical order. Each person whom care names was spoken
// with, has somebody who stands by them, and is spoken with again in time; whoever declined last
// is left in peace.
std::vector<v1::CareGap> GapsOf(const std::vector<v1::Care>& care, bool risk_assessed,
                                absl::Time now);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CARE_RULES_H_
