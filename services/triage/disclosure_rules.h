// What a data subject asks for, step by step (Act on the Protection of Personal Information,
// Art. 33). Pure.
#ifndef MAMORI_SERVICES_TRIAGE_DISCLOSURE_RULES_H_
#define MAMORI_SERVICES_TRIAGE_DISCLOSURE_RULES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/disclosure_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::ReceiveDisclosureRequestRequest& request);
absl::Status Validate(const v1::CheckRequesterIdentityRequest& request);
absl::Status Validate(const v1::DecideDisclosureRequest& request);
absl::Status Validate(const v1::AnswerDisclosureRequest& request);
absl::Status Validate(const v1::ListDisclosuresRequest& request);

// Each is OK or the error of DisclosureService.
absl::Status CheckReceive(const v1::DisclosureRequest& disclosure, absl::Time now);
absl::Status CheckIdentityStep(const v1::DisclosureRequest& disclosure);
absl::Status CheckDecision(const v1::DisclosureRequest& disclosure, v1::DisclosureOutcome outcome);
absl::Status CheckAnswer(const v1::DisclosureRequest& disclosure, const std::string& answerer,
                         absl::Time answer_time, absl::Time now);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DISCLOSURE_RULES_H_
