#include "services/notification/validate.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/idempotency/request_id.h"
#include "common/status/errors.h"
#include "services/notification/routing.h"

namespace mamori::notification {
namespace {

using status::Violations;

constexpr size_t kIdBytes = 16;
constexpr size_t kDigestChars = 64;
constexpr size_t kMaxSlug = 64;
constexpr size_t kMaxUrl = 2048;
constexpr int kMaxEventTypes = 50;
constexpr std::string_view kScheme = "https://";

bool IsSlug(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSlug &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

bool IsHostName(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
  });
}

bool IsDigest(std::string_view text) {
  return text.size() == kDigestChars && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
         });
}

void CheckName(Violations& violations, const char* path, std::string_view collection,
               std::string_view name) {
  if (!id::FromName(collection, name).ok()) {
    violations.Add(path,
                   absl::StrCat("want ", absl::string_view(collection.data(), collection.size()),
                                "/{26 characters}"));
  }
}

void CheckPage(Violations& violations, int page_size) {
  if (page_size < 0 || page_size > kMaxPage) {
    violations.Add("page_size", absl::StrCat(page_size, ", want 0 to ", kMaxPage));
  }
}

void CheckEndpoint(Violations& violations, const mamori::v1::WebhookEndpoint& endpoint,
                   const AddressPolicy& addresses) {
  if (const std::string fault = UrlFault(endpoint.url(), addresses); !fault.empty()) {
    violations.Add("webhook_endpoint.url", fault);
  }
  if (endpoint.event_types_size() > kMaxEventTypes) {
    violations.Add(
        "webhook_endpoint.event_types",
        absl::StrCat(endpoint.event_types_size(), " entries, want at most ", kMaxEventTypes));
    return;
  }
  for (int i = 0; i < endpoint.event_types_size(); ++i) {
    if (!IsEventType(endpoint.event_types(i))) {
      violations.Add(absl::StrCat("webhook_endpoint.event_types[", i, "]"), "not an event type");
    }
  }
}

template <typename Fact>
void CheckFact(Violations& violations, const std::string& path, const Fact& fact, bool has_policy,
               std::string_view digest) {
  if (!IsSlug(fact.company())) violations.Add(path + ".company", "want 1 to 64 of [a-z0-9-]");
  if (has_policy && !IsDigest(digest)) {
    violations.Add(path + ".policy_digest", "want 64 lower-case hex digits");
  }
}

void CheckFacts(Violations& violations, const mamori::v1::Event& event) {
  using mamori::v1::Event;
  switch (event.fact_case()) {
    case Event::kCaseOpened:
      return CheckFact(violations, "case_opened", event.case_opened(), true,
                       event.case_opened().policy_digest());
    case Event::kReportJoined:
      return CheckFact(violations, "report_joined", event.report_joined(), true,
                       event.report_joined().policy_digest());
    case Event::kCaseStateChanged:
      return CheckFact(violations, "case_state_changed", event.case_state_changed(), true,
                       event.case_state_changed().policy_digest());
    case Event::kCaseAssigned:
      return CheckFact(violations, "case_assigned", event.case_assigned(), true,
                       event.case_assigned().policy_digest());
    case Event::kCaseSeverityChanged:
      return CheckFact(violations, "case_severity_changed", event.case_severity_changed(), true,
                       event.case_severity_changed().policy_digest());
    case Event::kDeadlineNear:
      return CheckFact(violations, "deadline_near.deadline", event.deadline_near().deadline(), true,
                       event.deadline_near().deadline().policy_digest());
    case Event::kDeadlineMissed:
      return CheckFact(violations, "deadline_missed.deadline", event.deadline_missed().deadline(),
                       true, event.deadline_missed().deadline().policy_digest());
    case Event::kMeasureApproved:
      return CheckFact(violations, "measure_approved", event.measure_approved(), true,
                       event.measure_approved().policy_digest());
    case Event::kMeasureCarriedOut:
      return CheckFact(violations, "measure_carried_out", event.measure_carried_out(), true,
                       event.measure_carried_out().policy_digest());
    case Event::kEmergencyActRequested:
      return CheckFact(violations, "emergency_act_requested", event.emergency_act_requested(), true,
                       event.emergency_act_requested().policy_digest());
    case Event::kCaseMerged:
      return CheckFact(violations, "case_merged", event.case_merged(), false, "");
    case Event::kCaseMessageReceived:
      return CheckFact(violations, "case_message_received", event.case_message_received(), true,
                       event.case_message_received().policy_digest());
    case Event::kCaseReportWithdrawn:
      return CheckFact(violations, "case_report_withdrawn", event.case_report_withdrawn(), true,
                       event.case_report_withdrawn().policy_digest());
    case Event::kCaseConsentDecided:
      return CheckFact(violations, "case_consent_decided", event.case_consent_decided(), true,
                       event.case_consent_decided().policy_digest());
    case Event::kCaseEvidenceAdded:
      return CheckFact(violations, "case_evidence_added", event.case_evidence_added(), true,
                       event.case_evidence_added().policy_digest());
    case Event::kCaseEvidenceInspected:
      return CheckFact(violations, "case_evidence_inspected", event.case_evidence_inspected(), true,
                       event.case_evidence_inspected().policy_digest());
    default:
      return;  // told to nobody: taken, without an effect
  }
}

}  // namespace

std::string UrlFault(std::string_view url, const AddressPolicy& addresses) {
  if (url.size() > kMaxUrl) return absl::StrCat(url.size(), " bytes, want at most ", kMaxUrl);
  if (url.substr(0, kScheme.size()) != kScheme) return "want an absolute https URL";
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F ||
        c == '\\') {
      return "holds a character that has to be percent-encoded";
    }
  }
  const std::string_view rest = url.substr(kScheme.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (rest.find('#') != std::string_view::npos) return "has a fragment, want none";
  if (authority.find('@') != std::string_view::npos) return "carries a user, want none";
  size_t end = authority.rfind(':');
  if (end != std::string_view::npos && authority.find(']', end) != std::string_view::npos) {
    end = std::string_view::npos;  // a colon of an IPv6 literal
  }
  const std::string_view host = authority.substr(0, end);
  if (host.empty()) return "has no host";
  if (end != std::string_view::npos) {
    int port = 0;
    const std::string digits(authority.substr(end + 1));
    if (!absl::SimpleAtoi(digits, &port) || port < 1 || port > 65535) {
      return "has a port that is not 1 to 65535";
    }
  }
  const std::optional<Address> address = ParseAddress(host);
  if (!address.has_value() && !IsHostName(host)) return "has a host that is no name and no address";
  if (address.has_value() && !addresses.Allows(*address)) {
    return "names a private, loopback or reserved address";
  }
  return "";
}

absl::Status Validate(const v1::IngestEventsRequest& request) {
  Violations violations;
  if (request.events_size() < 1 || request.events_size() > kMaxEvents) {
    violations.Add("events",
                   absl::StrCat(request.events_size(), " entries, want 1 to ", kMaxEvents));
  }
  return violations.Status();
}

absl::Status ValidateEvent(const mamori::v1::Event& event) {
  Violations violations;
  if (event.event_id().size() != kIdBytes) {
    violations.Add("event_id", absl::StrCat(event.event_id().size(), " bytes, want 16"));
  }
  if (event.subject_id().size() != kIdBytes) {
    violations.Add("subject_id", absl::StrCat(event.subject_id().size(), " bytes, want 16"));
  }
  if (!IsSlug(event.tenant())) violations.Add("tenant", "want 1 to 64 of [a-z0-9-]");
  if (event.source() != "triage") violations.Add("source", "want \"triage\"");
  if (event.subject_sequence() < 1) violations.Add("subject_sequence", "want 1 or more");
  if (event.fact_case() == mamori::v1::Event::FACT_NOT_SET) violations.Add("fact", "is required");
  CheckFacts(violations, event);
  return violations.Status();
}

absl::Status Validate(const v1::ListNotificationsRequest& request) {
  Violations violations;
  CheckPage(violations, request.page_size());
  if (!request.case_name().empty()) {
    CheckName(violations, "case_name", "cases", request.case_name());
  }
  return violations.Status();
}

absl::Status Validate(const v1::ListDeliveriesRequest& request) {
  Violations violations;
  CheckPage(violations, request.page_size());
  if (!request.case_name().empty()) {
    CheckName(violations, "case_name", "cases", request.case_name());
  }
  if (!mamori::v1::DeliveryState_IsValid(request.state())) {
    violations.Add("state", "not a delivery state");
  }
  return violations.Status();
}

absl::Status Validate(const v1::ListDeadLettersRequest& request) {
  Violations violations;
  CheckPage(violations, request.page_size());
  return violations.Status();
}

absl::Status Validate(const v1::RetryDeliveryRequest& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", "deliveries", request.name());
  return violations.Status();
}

absl::Status Validate(const v1::AcknowledgeNotificationRequest& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", "notifications", request.name());
  return violations.Status();
}

absl::Status Validate(const v1::CreateWebhookEndpointRequest& request,
                      const AddressPolicy& addresses) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  if (!IsSlug(request.webhook_endpoint().company())) {
    violations.Add("webhook_endpoint.company", "want 1 to 64 of [a-z0-9-]");
  }
  CheckEndpoint(violations, request.webhook_endpoint(), addresses);
  return violations.Status();
}

absl::Status Validate(const v1::GetWebhookEndpointRequest& request) {
  Violations violations;
  CheckName(violations, "name", "webhookEndpoints", request.name());
  return violations.Status();
}

absl::Status Validate(const v1::ListWebhookEndpointsRequest& request) {
  Violations violations;
  CheckPage(violations, request.page_size());
  return violations.Status();
}

absl::Status Validate(const v1::UpdateWebhookEndpointRequest& request,
                      const AddressPolicy& addresses) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "webhook_endpoint.name", "webhookEndpoints",
            request.webhook_endpoint().name());
  CheckEndpoint(violations, request.webhook_endpoint(), addresses);
  return violations.Status();
}

absl::Status Validate(const v1::DeleteWebhookEndpointRequest& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", "webhookEndpoints", request.name());
  return violations.Status();
}

absl::Status Validate(const v1::RotateWebhookSecretRequest& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", "webhookEndpoints", request.name());
  return violations.Status();
}

}  // namespace mamori::notification
