// Notification without its gRPC edge, on a real database: for the tests beside it.
#ifndef MAMORI_SERVICES_NOTIFICATION_TEST_NOTIFICATION_FIXTURE_H_
#define MAMORI_SERVICES_NOTIFICATION_TEST_NOTIFICATION_FIXTURE_H_

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <sodium.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/audit/test_journal.h"
#include "common/client/fake_access_checker.h"
#include "common/idempotency/test_page_tokens.h"
#include "common/policy/policy_catalog.h"
#include "common/policy/sql_policy_store.h"
#include "common/telemetry/telemetry.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "services/notification/ingest.h"
#include "services/notification/sql_dispatch_store.h"
#include "services/notification/sql_escalation_store.h"
#include "services/notification/sql_housekeeping_store.h"
#include "services/notification/sql_ingest_store.h"
#include "services/notification/sql_notification_store.h"
#include "services/notification/sql_webhook_store.h"

namespace mamori::notification {

// case.opened: "desk" (two addresses) for every one; "page" from CRITICAL on, escalating after a
// minute to "chief", after two more to "board".
inline std::shared_ptr<const policy::PolicyVersion> TestPolicy(const std::string& id = "test") {
  auto version = std::make_shared<policy::PolicyVersion>();
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(
        routes { id: "desk" event_type: "case.opened" urgency: URGENCY_NORMAL
                 steps { recipient_group: "desk" } }
        routes { id: "page" event_type: "case.opened" min_severity: SEVERITY_CRITICAL
                 urgency: URGENCY_PAGE
                 steps { recipient_group: "lead" wait { seconds: 60 } }
                 steps { recipient_group: "chief" wait { seconds: 120 } }
                 steps { recipient_group: "board" } }
        recipient_groups { id: "desk" mail: "a@acme.example" mail: "b@acme.example" }
        recipient_groups { id: "lead" mail: "lead@acme.example" }
        recipient_groups { id: "chief" mail: "chief@acme.example" }
        recipient_groups { id: "board" mail: "board@acme.example" }
        delivery_retry { initial_backoff { seconds: 1 } max_backoff { seconds: 8 } max_attempts: 3 }
        unknown_outcome: UNKNOWN_OUTCOME_RESEND_URGENT
        access {
          roster { person: "ann" roles: "desk" department: "care" mail: "a@acme.example" }
          roster { person: "ben" roles: "desk" }
          roster { person: "cho" roles: "first_reader" }
          mailboxes { mail: "b@acme.example" readers: "ben" readers: "cho" }
          outside_readers: "outside"
        })",
      &version->policy));
  version->policy.set_id(id);
  version->bytes = version->policy.SerializeAsString();
  std::string digest(32, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()), digest.size(),
                     reinterpret_cast<const unsigned char*>(version->bytes.data()),
                     version->bytes.size(), nullptr, 0);
  version->digest = absl::BytesToHexString(digest);
  return version;
}

class NotificationFixture : public ::testing::Test {
 protected:
  NotificationFixture()
      : policy_store_(database_.transactor(), clock_),
        policies_(policy_store_),
        policy_(TestPolicy()),
        secrets_(*SecretBox::FromHex(std::string(64, 'a'))),
        ingest_store_(database_.transactor(), ids_, journal_),
        ingestor_(ingest_store_, policies_, policy_, clock_, ids_, [this] { ++wakes_; }),
        access_(checker_, policy_->policy.access()),
        dispatch_store_(database_.transactor(), clock_, ids_, journal_),
        escalation_store_(database_.transactor(), policies_, clock_, ids_),
        notifications_(database_.transactor(), clock_, ids_, journal_, access_, tokens_),
        webhooks_(database_.transactor(), clock_, ids_, secrets_, tokens_) {
    EXPECT_THAT(policies_.Add(policy_), testing::IsOk());
  }

  absl::Time Now() const { return clock_.Now(); }
  // Time passes for the replicas, and what waits by the database's clock has waited that long.
  void Pass(absl::Duration by) {
    clock_.Advance(by);
    for (const char* table : {"delivery", "timer"}) {
      database_.Execute(absl::StrCat("UPDATE ", table, " SET due_time = due_time - ?"),
                        db::Params().Add(absl::ToInt64Microseconds(by)));
    }
  }

  server::CallContext Call(const std::string& method, const std::string& tenant = "t",
                           const std::string& person = "desk-1") const {
    server::CallContext call;
    call.method = method;
    call.caller = "spiffe://mamori.internal/app/portal";
    call.tenant = tenant;
    call.person = person;
    call.deadline = Now() + absl::Seconds(30);
    return call;
  }

  // The first event of a fresh case.
  mamori::v1::Event Opened(mamori::v1::Severity severity = mamori::v1::SEVERITY_LOW,
                           const std::string& tenant = "t") {
    mamori::v1::Event event = EventOf(ids_.NewId(), 1, tenant);
    mamori::v1::CaseOpened& opened = *event.mutable_case_opened();
    opened.set_company("acme");
    opened.set_severity(severity);
    opened.set_report_kind(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
    opened.set_state(mamori::v1::CASE_STATE_RECEIVED);
    opened.set_policy_digest(policy_->digest);
    return event;
  }
  // A later one.
  mamori::v1::Event Assigned(const mamori::v1::Event& opened, int64_t sequence) {
    mamori::v1::Event event = EventOf(opened.subject_id(), sequence, opened.tenant());
    event.mutable_case_assigned()->set_company("acme");
    event.mutable_case_assigned()->set_policy_digest(policy_->digest);
    return event;
  }

  std::vector<absl::Status> Ingest(const std::vector<mamori::v1::Event>& events) {
    v1::IngestEventsRequest request;
    for (const mamori::v1::Event& event : events) *request.add_events() = event;
    const auto response = ingestor_.Ingest(Call("IngestEvents", ""), request);
    EXPECT_THAT(response, testing::IsOk());
    std::vector<absl::Status> statuses;
    if (!response.ok()) return statuses;
    for (const auto& result : response->results()) {
      statuses.push_back(status::FromProtoStatus(result.status()));
    }
    return statuses;
  }
  // A case whose events are taken in.
  mamori::v1::Event Open(mamori::v1::Severity severity = mamori::v1::SEVERITY_LOW,
                         const std::string& tenant = "t") {
    const mamori::v1::Event event = Opened(severity, tenant);
    EXPECT_THAT(Ingest({event}), ::testing::ElementsAre(testing::IsOk()));
    return event;
  }

  mamori::v1::WebhookEndpoint CreateEndpoint(const std::string& tenant = "t",
                                             const std::string& event_type = "") {
    v1::CreateWebhookEndpointRequest request;
    request.set_request_id(NextRequestId());
    request.mutable_webhook_endpoint()->set_company("acme");
    request.mutable_webhook_endpoint()->set_url("https://hooks.example/x");
    if (!event_type.empty()) request.mutable_webhook_endpoint()->add_event_types(event_type);
    const auto endpoint = webhooks_.Create(Call("Create", tenant), request);
    EXPECT_THAT(endpoint, testing::IsOk());
    return endpoint.ok() ? *endpoint : mamori::v1::WebhookEndpoint();
  }

  std::string NextRequestId() { return absl::StrCat("request-", ++requests_); }

  // What the outbox holds of one subject, in order.
  std::vector<mamori::v1::Event> Outbox(const id::Id& subject) {
    std::vector<mamori::v1::Event> events;
    for (const db::Row& row :
         database_.Query("SELECT event FROM outbox WHERE subject_id = ? ORDER BY subject_sequence",
                         db::Params().Add(std::string_view(subject)))) {
      EXPECT_TRUE(events.emplace_back().ParseFromString(row.GetBytes(0)));
      EXPECT_EQ(events.back().subject_sequence(), static_cast<int64_t>(events.size()));
    }
    return events;
  }

  std::vector<Claim> Claims(int limit = 64, absl::Duration lease = absl::Hours(1)) {
    const auto claims =
        dispatch_store_.ClaimDue(mamori::v1::DELIVERY_CHANNEL_MAIL, limit, {}, lease);
    EXPECT_THAT(claims, testing::IsOk());
    return claims.ok() ? *claims : std::vector<Claim>();
  }

  int64_t Count(const std::string& table_and_where) {
    return database_.Number("SELECT COUNT(*) FROM " + table_and_where);
  }

  testing::TestDatabase database_{"deploy/db/migrations/notification"};
  // Begins with the true time, since the database's transactions end by that.
  time::FakeClock clock_{time::SystemClock().Now()};
  id::RandomIdSource ids_;
  telemetry::NullTelemetry telemetry_;
  policy::SqlPolicyStore policy_store_;
  policy::PolicyCatalog policies_;
  const std::shared_ptr<const policy::PolicyVersion> policy_;
  const audit::Journal journal_ = audit::TestJournal("notification", clock_);
  const SecretBox secrets_;
  const idempotency::PageTokens tokens_ = idempotency::TestPageTokens(clock_);
  int wakes_ = 0;
  int requests_ = 0;
  SqlIngestStore ingest_store_;
  Ingestor ingestor_;
  // What triage says.
  client::FakeAccessChecker checker_{[](const auto&) { return client::Access::kAllowed; }};
  const CaseAccess access_;
  SqlDispatchStore dispatch_store_;
  SqlEscalationStore escalation_store_;
  SqlNotificationStore notifications_;
  SqlWebhookStore webhooks_;

 private:
  mamori::v1::Event EventOf(const id::Id& subject, int64_t sequence, const std::string& tenant) {
    mamori::v1::Event event;
    event.set_event_id(ids_.NewId());
    event.set_tenant(tenant);
    event.set_source("triage");
    event.set_subject_id(subject);
    event.set_subject_sequence(sequence);
    event.mutable_event_time()->set_seconds(1'800'000'000);
    return event;
  }
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_TEST_NOTIFICATION_FIXTURE_H_
