// What is wrong with a request, field by field. Pure. Each returns OK or INVALID_ARGUMENT with the
// violations.
#ifndef MAMORI_SERVICES_TRIAGE_VALIDATE_H_
#define MAMORI_SERVICES_TRIAGE_VALIDATE_H_

#include "absl/status/status.h"
#include "mamori/triage/v1/triage_service.pb.h"
#include "mamori/v1/event.pb.h"

namespace mamori::triage {

inline constexpr int kMaxPageSize = 1000;
inline constexpr int kDefaultPageSize = 50;
inline constexpr int kMaxEvents = 500;
inline constexpr int kMaxQuestions = 500;

absl::Status Validate(const v1::IngestEventsRequest& request);
absl::Status Validate(const v1::AnalyzeReportRequest& request);
absl::Status Validate(const v1::GetCaseRequest& request);
absl::Status Validate(const v1::ListCasesRequest& request);
absl::Status Validate(const v1::ClaimCaseRequest& request);
absl::Status Validate(const v1::AssignCaseRequest& request);
absl::Status Validate(const v1::TriageCaseRequest& request);
absl::Status Validate(const v1::StartInvestigationRequest& request);
absl::Status Validate(const v1::StartDecisionRequest& request);
absl::Status Validate(const v1::StartActionRequest& request);
absl::Status Validate(const v1::StartMonitoringRequest& request);
absl::Status Validate(const v1::CloseCaseRequest& request);
absl::Status Validate(const v1::ReopenCaseRequest& request);
absl::Status Validate(const v1::WithdrawCaseRequest& request);
absl::Status Validate(const v1::OpenConsultationRequest& request);
absl::Status Validate(const v1::AddNoteRequest& request);
absl::Status Validate(const v1::MergeCasesRequest& request);
absl::Status Validate(const v1::GetAccessRequest& request);
absl::Status Validate(const v1::ExcludePersonRequest& request);
absl::Status Validate(const v1::AddMemberRequest& request);
absl::Status Validate(const v1::RemoveMemberRequest& request);
absl::Status Validate(const v1::MatchActorRequest& request);
absl::Status Validate(const v1::CheckAccessRequest& request);

// One event of a batch: whether it could ever be applied.
absl::Status ValidateEvent(const mamori::v1::Event& event);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_VALIDATE_H_
