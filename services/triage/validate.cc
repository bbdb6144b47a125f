#include "services/triage/validate.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/idempotency/request_id_rule.h"
#include "common/status/errors.h"

namespace mamori::triage {
namespace {

using mamori::status::Violations;

constexpr size_t kIdBytes = 16;
constexpr size_t kMaxNarrativeBytes = 64 << 10;
constexpr size_t kMaxTextBytes = 16 << 10;
constexpr size_t kMaxWordsBytes = 4 << 10;
constexpr size_t kMaxSubjectBytes = 200;
constexpr size_t kMaxSlugBytes = 64;
constexpr int kMaxCategories = 20;
constexpr int kMaxSuperiors = 20;

bool IsSlug(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSlugBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

bool IsActId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSlugBytes && absl::ascii_isupper(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

void CheckCaseName(Violations& violations, const char* path, std::string_view name) {
  if (!id::FromName("cases", name).ok()) violations.Add(path, "want cases/{26 characters}");
}

void CheckText(Violations& violations, const char* path, std::string_view text) {
  if (text.empty() || text.size() > kMaxTextBytes) {
    violations.Add(path, absl::StrCat(text.size(), " bytes, want 1 to ", kMaxTextBytes));
  }
}

void CheckSubject(Violations& violations, const char* path, std::string_view subject,
                  bool required) {
  if (subject.size() > kMaxSubjectBytes || (required && subject.empty())) {
    violations.Add(path, absl::StrCat(subject.size(), " bytes, want ", required ? 1 : 0, " to ",
                                      kMaxSubjectBytes));
  }
}

bool IsSeverity(mamori::v1::Severity severity) {
  return mamori::v1::Severity_IsValid(severity) && severity != mamori::v1::SEVERITY_UNSPECIFIED;
}

// What every verb has.
template <typename Request>
Violations CheckVerb(const Request& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckCaseName(violations, "name", request.name());
  return violations;
}

// What every verb with a reason has.
template <typename Request>
absl::Status CheckReason(const Request& request) {
  Violations violations = CheckVerb(request);
  CheckText(violations, "reason", request.reason());
  return violations.Status();
}

// What every verb that ends a case has.
template <typename Request>
absl::Status CheckEnd(const Request& request) {
  Violations violations = CheckVerb(request);
  CheckText(violations, "reason", request.reason());
  if (request.no_prevention_reason().size() > kMaxWordsBytes) {
    violations.Add("no_prevention_reason", absl::StrCat(request.no_prevention_reason().size(),
                                                        " bytes, want at most ", kMaxWordsBytes));
  }
  return violations.Status();
}

// What every verb about one person has.
template <typename Request>
absl::Status CheckPersonVerb(const Request& request) {
  Violations violations = CheckVerb(request);
  CheckSubject(violations, "person", request.person(), true);
  return violations.Status();
}

void CheckBytes(Violations& violations, const char* path, const std::string& bytes) {
  if (bytes.size() != kIdBytes) {
    violations.Add(path, absl::StrCat(bytes.size(), " bytes, want ", kIdBytes));
  }
}

// Which facts each source states here, and their ids.
void CheckFact(Violations& violations, const mamori::v1::Event& event) {
  using mamori::v1::Event;
  const bool from_intake = event.source() == "intake";
  const bool from_notification = event.source() == "notification";
  bool known = false;
  switch (event.fact_case()) {
    case Event::kReportReceived:
    case Event::kReportSupplemented:
    case Event::kReporterWrote:
    case Event::kReportWithdrawn:
      known = from_intake;
      break;
    case Event::kEvidenceAdded:
      known = from_intake;
      CheckBytes(violations, "evidence_added.evidence_id", event.evidence_added().evidence_id());
      break;
    case Event::kEvidenceInspected:
      known = from_intake;
      CheckBytes(violations, "evidence_inspected.evidence_id",
                 event.evidence_inspected().evidence_id());
      break;
    case Event::kConsentDecided:
      known = from_intake;
      if (event.consent_decided().version() < 1) {
        violations.Add("consent_decided.version", "want 1 or more");
      }
      break;
    case Event::kContactRecorded:
      known = from_intake;
      if (!event.contact_recorded().report_id().empty()) {
        CheckBytes(violations, "contact_recorded.report_id", event.contact_recorded().report_id());
      }
      break;
    case Event::kDeliverySent:
      known = from_notification;
      CheckBytes(violations, "delivery_sent.delivery_id", event.delivery_sent().delivery_id());
      CheckBytes(violations, "delivery_sent.case_id", event.delivery_sent().case_id());
      break;
    case Event::kDeliveryFailed:
      known = from_notification;
      CheckBytes(violations, "delivery_failed.delivery_id", event.delivery_failed().delivery_id());
      CheckBytes(violations, "delivery_failed.case_id", event.delivery_failed().case_id());
      break;
    case Event::kNotificationAcknowledged:
      known = from_notification;
      CheckBytes(violations, "notification_acknowledged.case_id",
                 event.notification_acknowledged().case_id());
      break;
    default:
      break;
  }
  if (!known) violations.Add("fact", "want a fact that this source states to triage");
}

}  // namespace

absl::Status Validate(const v1::IngestEventsRequest& request) {
  Violations violations;
  if (request.events_size() < 1 || request.events_size() > kMaxEvents) {
    violations.Add("events", absl::StrCat(request.events_size(), ", want 1 to ", kMaxEvents));
  }
  return violations.Status();
}

absl::Status ValidateEvent(const mamori::v1::Event& event) {
  Violations violations;
  CheckBytes(violations, "event_id", event.event_id());
  CheckBytes(violations, "subject_id", event.subject_id());
  if (!IsSlug(event.tenant())) violations.Add("tenant", "want 1 to 64 of [a-z0-9-]");
  if (event.subject_sequence() < 1) violations.Add("subject_sequence", "want 1 or more");
  CheckFact(violations, event);
  return violations.Status();
}

absl::Status Validate(const v1::AnalyzeReportRequest& request) {
  Violations violations;
  const size_t bytes = request.report().narrative().size();
  if (bytes == 0 || bytes > kMaxNarrativeBytes) {
    violations.Add("report.narrative",
                   absl::StrCat(bytes, " bytes, want 1 to ", kMaxNarrativeBytes));
  }
  return violations.Status();
}

absl::Status Validate(const v1::GetCaseRequest& request) {
  Violations violations;
  if (!id::FromName("cases", request.name()).ok() &&
      !id::FromName("reports", request.name()).ok()) {
    violations.Add("name", "want cases/{26 characters} or reports/{26 characters}");
  }
  return violations.Status();
}

absl::Status Validate(const v1::ListCasesRequest& request) {
  Violations violations;
  if (request.page_size() < 0) {
    violations.Add("page_size", "is negative, want 0 to 1000");
  }
  for (int i = 0; i < request.states_size(); ++i) {
    if (!mamori::v1::CaseState_IsValid(request.states(i)) ||
        request.states(i) == mamori::v1::CASE_STATE_UNSPECIFIED) {
      violations.Add(absl::StrCat("states[", i, "]"), "is no state");
    }
  }
  if (!mamori::v1::Severity_IsValid(request.min_severity())) {
    violations.Add("min_severity", "is no severity");
  }
  if (!request.category().empty() && !IsActId(request.category())) {
    violations.Add("category", "want [A-Z][A-Z0-9_]*, at most 64 bytes");
  }
  CheckSubject(violations, "assignee", request.assignee(), false);
  if (!request.company().empty() && !IsSlug(request.company())) {
    violations.Add("company", "want 1 to 64 of [a-z0-9-]");
  }
  return violations.Status();
}

absl::Status Validate(const v1::ClaimCaseRequest& request) { return CheckVerb(request).Status(); }

absl::Status Validate(const v1::AssignCaseRequest& request) {
  Violations violations = CheckVerb(request);
  CheckSubject(violations, "assignee", request.assignee(), true);
  return violations.Status();
}

absl::Status Validate(const v1::TriageCaseRequest& request) {
  Violations violations = CheckVerb(request);
  if (!IsSeverity(request.severity())) {
    violations.Add("severity", "want LOW, MEDIUM, HIGH or CRITICAL");
  }
  if (request.categories_size() > kMaxCategories) {
    violations.Add("categories",
                   absl::StrCat(request.categories_size(), ", want at most ", kMaxCategories));
    return violations.Status();
  }
  std::set<std::string_view> seen;
  for (int i = 0; i < request.categories_size(); ++i) {
    const std::string path = absl::StrCat("categories[", i, "]");
    if (!IsActId(request.categories(i))) {
      violations.Add(path, "want [A-Z][A-Z0-9_]*, at most 64 bytes");
    } else if (!seen.insert(request.categories(i)).second) {
      violations.Add(path, "stands twice");
    }
  }
  return violations.Status();
}

absl::Status Validate(const v1::StartInvestigationRequest& request) {
  return CheckVerb(request).Status();
}

absl::Status Validate(const v1::StartDecisionRequest& request) {
  return CheckVerb(request).Status();
}

absl::Status Validate(const v1::StartActionRequest& request) { return CheckVerb(request).Status(); }

absl::Status Validate(const v1::StartMonitoringRequest& request) {
  return CheckVerb(request).Status();
}

absl::Status Validate(const v1::CloseCaseRequest& request) { return CheckEnd(request); }

absl::Status Validate(const v1::ReopenCaseRequest& request) { return CheckReason(request); }
absl::Status Validate(const v1::WithdrawCaseRequest& request) { return CheckEnd(request); }

absl::Status Validate(const v1::OpenConsultationRequest& request) {
  Violations violations = CheckVerb(request);
  CheckText(violations, "consent", request.consent());
  return violations.Status();
}

absl::Status Validate(const v1::AddNoteRequest& request) {
  Violations violations = CheckVerb(request);
  CheckText(violations, "note.text", request.note().text());
  return violations.Status();
}

absl::Status Validate(const v1::MergeCasesRequest& request) {
  Violations violations = CheckVerb(request);
  CheckCaseName(violations, "into", request.into());
  if (request.into() == request.name()) violations.Add("into", "is the same case, want another");
  return violations.Status();
}

absl::Status Validate(const v1::GetAccessRequest& request) {
  Violations violations;
  CheckCaseName(violations, "name", request.name());
  return violations.Status();
}

absl::Status Validate(const v1::ExcludePersonRequest& request) { return CheckPersonVerb(request); }

absl::Status Validate(const v1::AddMemberRequest& request) { return CheckPersonVerb(request); }

absl::Status Validate(const v1::RemoveMemberRequest& request) { return CheckPersonVerb(request); }

absl::Status Validate(const v1::MatchActorRequest& request) {
  Violations violations = CheckVerb(request);
  if (request.slot().empty() || request.slot().size() > kMaxSubjectBytes) {
    violations.Add("slot", "want the name of a slot");
  }
  if (!request.has_match()) {
    if (!request.closed()) violations.Add("closed", "false without a match, want true");
    return violations.Status();
  }
  const mamori::v1::ActorMatch& match = request.match();
  CheckSubject(violations, "match.person", match.person(), true);
  CheckSubject(violations, "match.department", match.department(), false);
  if (match.superiors_size() > kMaxSuperiors) {
    violations.Add("match.superiors",
                   absl::StrCat(match.superiors_size(), ", want at most ", kMaxSuperiors));
  }
  for (int i = 0; i < match.superiors_size() && i < kMaxSuperiors; ++i) {
    const std::string path = absl::StrCat("match.superiors[", i, "]");
    CheckSubject(violations, path.c_str(), match.superiors(i), true);
  }
  return violations.Status();
}

absl::Status Validate(const v1::CheckAccessRequest& request) {
  Violations violations;
  if (request.questions_size() < 1 || request.questions_size() > kMaxQuestions) {
    violations.Add("questions",
                   absl::StrCat(request.questions_size(), ", want 1 to ", kMaxQuestions));
    return violations.Status();
  }
  for (int i = 0; i < request.questions_size(); ++i) {
    const v1::AccessQuestion& question = request.questions(i);
    const std::string at = absl::StrCat("questions[", i, "].");
    if (question.tenant().empty()) violations.Add(at + "tenant", "empty, want a tenant");
    if (question.person().empty() && question.action() != v1::ACCESS_ACTION_NOTICE) {
      violations.Add(at + "person", "empty, want a person");
    }
    if (!v1::AccessAction_IsValid(question.action())) {
      violations.Add(at + "action", "want one of AccessAction");
    }
    if (!id::FromName("cases", question.resource()).ok() &&
        !id::FromName("reports", question.resource()).ok()) {
      violations.Add(at + "resource", "want cases/{26 characters} or reports/{26 characters}");
    }
  }
  return violations.Status();
}

}  // namespace mamori::triage
