// What the requests about identities must look like; as validate.h. Pure.
#ifndef MAMORI_SERVICES_INTAKE_IDENTITY_RULES_H_
#define MAMORI_SERVICES_INTAKE_IDENTITY_RULES_H_

#include "absl/status/status.h"
#include "mamori/intake/v1/identity_service.pb.h"

namespace mamori::intake {

absl::Status Validate(const v1::UnsealIdentityRequest& request);
absl::Status Validate(const v1::ListReportReadsRequest& request);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_IDENTITY_RULES_H_
