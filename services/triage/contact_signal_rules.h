// What is wrong with a request to ContactSignalService, field by field. Pure. Each returns OK or
// INVALID_ARGUMENT with the violations.
#ifndef MAMORI_SERVICES_TRIAGE_CONTACT_SIGNAL_RULES_H_
#define MAMORI_SERVICES_TRIAGE_CONTACT_SIGNAL_RULES_H_

#include "absl/status/status.h"
#include "mamori/triage/v1/contact_signal_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::ListContactSignalsRequest& request);
absl::Status Validate(const v1::ListCaseProposalsRequest& request);
absl::Status Validate(const v1::AcceptCaseProposalRequest& request);
absl::Status Validate(const v1::DismissCaseProposalRequest& request);
absl::Status Validate(const v1::ListUnseenSignalsRequest& request);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CONTACT_SIGNAL_RULES_H_
