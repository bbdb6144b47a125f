// What a data subject asks over all cases, step by step. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_SUBJECT_REQUEST_RULES_H_
#define MAMORI_SERVICES_TRIAGE_SUBJECT_REQUEST_RULES_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/authz/access_rules.h"
#include "mamori/triage/v1/subject_request_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::ReceiveSubjectRequestRequest& request);
absl::Status Validate(const v1::CheckSubjectRequesterRequest& request);
absl::Status Validate(const v1::GatherSubjectRequestRequest& request);
absl::Status Validate(const v1::GetSubjectRequestRequest& request);
absl::Status Validate(const v1::ListSubjectRequestsRequest& request);
absl::Status Validate(const v1::ComposeSubjectAnswerRequest& request);
absl::Status Validate(const v1::AnswerSubjectRequestRequest& request);

// Whether requests are this person's to handle, by the roles alone.
bool MayHandleSubjectRequests(authz::RoleSet roles);

// Each is OK or the error of SubjectRequestService.
absl::Status CheckSubjectReceive(const v1::SubjectRequest& request, absl::Time now);
absl::Status CheckSubjectCheck(const v1::SubjectRequest& request);
absl::Status CheckSubjectGather(const v1::SubjectRequest& request);
// `found` is all that the caller may see.
absl::Status CheckSubjectCompose(const std::vector<v1::DisclosureRequest>& found);
absl::Status CheckSubjectAnswer(const v1::SubjectRequest& request,
                                const std::vector<v1::DisclosureRequest>& found,
                                const std::string& answerer, absl::Time answer_time,
                                absl::Time now);

// When it was recorded that it was answered; none while it is open. Of one that was answered before
// that time was kept, as early as it may have been: never before it was recorded.
std::optional<absl::Time> CloseTimeOf(const v1::SubjectRequest& request);

// What is told of one: nothing where all of it is refused.
std::vector<v1::ToldMatter> ToldOf(const std::vector<v1::DisclosureRequest>& found);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SUBJECT_REQUEST_RULES_H_
