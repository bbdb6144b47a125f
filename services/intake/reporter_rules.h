// What the requests of reporters must look like; as validate.h. Pure.
#ifndef MAMORI_SERVICES_INTAKE_REPORTER_RULES_H_
#define MAMORI_SERVICES_INTAKE_REPORTER_RULES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mamori/intake/v1/reporter_service.pb.h"

namespace mamori::intake {

class FieldRules;

// The receipt in the field of this name.
void CheckReceipt(FieldRules& rules, const char* field, const std::string& text);
// The key to which the answer is sealed, where there is one.
void CheckReplyKey(FieldRules& rules, const char* field, const std::string& key);

absl::Status Validate(const v1::SetAnonymousSharingRequest& request);
absl::Status Validate(const v1::WithdrawAnonymousReportRequest& request);
absl::Status Validate(const v1::SubmitIdentifiedReportRequest& request, absl::Time now);
absl::Status Validate(const v1::SetSharingRequest& request);
absl::Status Validate(const v1::GetSharingRequest& request);
absl::Status Validate(const v1::WithdrawReportRequest& request);
absl::Status Validate(const v1::GiveAnonymousConsentRequest& request);
absl::Status Validate(const v1::WithdrawAnonymousConsentRequest& request);
absl::Status Validate(const v1::GiveConsentRequest& request);
absl::Status Validate(const v1::WithdrawConsentRequest& request);
absl::Status Validate(const v1::GetConsentRequest& request);
absl::Status ValidateSubmitAnonymousReport(const v1::SubmitAnonymousReportRequest& request,
                                           absl::Time now);
absl::Status ValidateRotateReceipt(const v1::RotateReceiptRequest& request);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORTER_RULES_H_
