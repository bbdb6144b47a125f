// What the requests of dialogues and timelines must look like; as validate.h. Pure.
#ifndef MAMORI_SERVICES_INTAKE_DIALOGUE_RULES_H_
#define MAMORI_SERVICES_INTAKE_DIALOGUE_RULES_H_

#include "absl/status/status.h"
#include "mamori/intake/v1/dialogue_service.pb.h"
#include "mamori/intake/v1/timeline_service.pb.h"

namespace mamori::intake {

absl::Status Validate(const v1::PostAnonymousMessageRequest& request);
absl::Status Validate(const v1::ListAnonymousMessagesRequest& request);
absl::Status Validate(const v1::MarkAnonymousMessagesReadRequest& request);
absl::Status Validate(const v1::WaitForAnonymousMessagesRequest& request);
absl::Status Validate(const v1::PostMessageRequest& request);
absl::Status Validate(const v1::ListMessagesRequest& request);
absl::Status Validate(const v1::MarkMessagesReadRequest& request);
absl::Status Validate(const v1::WaitForMessagesRequest& request);
absl::Status Validate(const v1::GetAnonymousTimelineRequest& request);
absl::Status Validate(const v1::GetReportTimelineRequest& request);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_DIALOGUE_RULES_H_
