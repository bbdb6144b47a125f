// What the requests of reporters must look like; as validate.h. Pure.
#ifndef MAMORI_SERVICES_INTAKE_REPORTER_RULES_H_
#define MAMORI_SERVICES_INTAKE_REPORTER_RULES_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mamori/intake/v1/reporter_service.pb.h"

namespace mamori::intake {

absl::Status ValidateSubmitAnonymousReport(const v1::SubmitAnonymousReportRequest& request,
                                           absl::Time now);
absl::Status ValidateRotateReceipt(const v1::RotateReceiptRequest& request);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORTER_RULES_H_
