// What is wrong with requests for the lists of open work. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_DESK_RULES_H_
#define MAMORI_SERVICES_TRIAGE_DESK_RULES_H_

#include "absl/status/status.h"
#include "mamori/triage/v1/desk_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::ListOpenTasksRequest& request);
absl::Status Validate(const v1::ListOpenPreventionRequest& request);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DESK_RULES_H_
