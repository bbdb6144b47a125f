#include <string>
#include <vector>

#include "common/db/database_time.h"
#include "services/notification/sql_webhook_store.h"
#include "services/notification/standard_webhooks.h"
#include "services/notification/test_notification_fixture.h"

namespace mamori::notification {
namespace {

using testing::EqualsProto;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

class WebhookStoreTest : public NotificationFixture {
 protected:
  using Endpoint = mamori::v1::WebhookEndpoint;

  absl::StatusOr<Endpoint> Get(const std::string& name, const std::string& tenant = "t") {
    v1::GetWebhookEndpointRequest request;
    request.set_name(name);
    return webhooks_.Get(Call("Get", tenant), request);
  }
  absl::StatusOr<Endpoint> Update(const Endpoint& endpoint, const std::string& tenant = "t") {
    v1::UpdateWebhookEndpointRequest request;
    request.set_request_id(NextRequestId());
    *request.mutable_webhook_endpoint() = endpoint;
    return webhooks_.Update(Call("Update", tenant), request);
  }
  absl::StatusOr<google::protobuf::Empty> Delete(const std::string& name, const std::string& etag,
                                                 const std::string& tenant = "t") {
    v1::DeleteWebhookEndpointRequest request;
    request.set_request_id(NextRequestId());
    request.set_name(name);
    request.set_etag(etag);
    return webhooks_.Delete(Call("Delete", tenant), request);
  }
  absl::StatusOr<Endpoint> Rotate(const std::string& name, const std::string& tenant = "t") {
    v1::RotateWebhookSecretRequest request;
    request.set_request_id(NextRequestId());
    request.set_name(name);
    return webhooks_.Rotate(Call("Rotate", tenant), request);
  }
  // Every byte of the tables that this store writes.
  std::string AllBytes() {
    std::string all;
    for (const char* sql :
         {"SELECT secret, previous_secret, url, event_types FROM webhook_endpoint",
          "SELECT request_key, body_digest, response FROM request_id"}) {
      for (const db::Row& row : database_.Query(sql)) {
        for (size_t i = 0; i < 3; ++i) all += row.GetBytes(i);
      }
    }
    return all;
  }
};

TEST_F(WebhookStoreTest, OnlyTheAnswersOfCreateAndRotateCarryASecret) {
  const Endpoint created = CreateEndpoint("t", "case.opened");
  EXPECT_THAT(created.secret(), HasSubstr("whsec_"));
  EXPECT_EQ(created.company(), "acme");
  EXPECT_EQ(created.url(), "https://hooks.example/x");
  EXPECT_EQ(created.event_types_size(), 1);
  EXPECT_TRUE(created.has_create_time());
  Endpoint open = created;
  open.clear_secret();
  EXPECT_THAT(*Get(created.name()), EqualsProto(open));
  EXPECT_EQ(Update(open)->secret(), "");
  const auto listed = webhooks_.List(Call("List"), {});
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->webhook_endpoints_size(), 1);
  EXPECT_EQ(listed->webhook_endpoints(0).secret(), "");
}

TEST_F(WebhookStoreTest, NoSecretIsStoredInClear) {
  const Endpoint created = CreateEndpoint();
  const auto rotated = Rotate(created.name());
  ASSERT_THAT(rotated, IsOk());
  EXPECT_NE(rotated->secret(), created.secret());
  const std::string all = AllBytes();
  EXPECT_THAT(all, HasSubstr("hooks.example"));
  for (const std::string& secret : {created.secret(), rotated->secret()}) {
    EXPECT_THAT(all, Not(HasSubstr(secret.substr(6))));     // base64
    EXPECT_THAT(all, Not(HasSubstr(*WebhookKey(secret))));  // the bytes
  }
}

TEST_F(WebhookStoreTest, ARepeatedCreateMakesNoSecondEndpointAndGivesTheSameSecret) {
  v1::CreateWebhookEndpointRequest request;
  request.set_request_id("request-x");
  request.mutable_webhook_endpoint()->set_company("acme");
  request.mutable_webhook_endpoint()->set_url("https://hooks.example/");
  const auto first = webhooks_.Create(Call("Create"), request);
  const auto again = webhooks_.Create(Call("Create"), request);
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(*again, EqualsProto(*first));
  EXPECT_EQ(Count("webhook_endpoint"), 1);
  request.mutable_webhook_endpoint()->set_company("other");
  EXPECT_THAT(webhooks_.Create(Call("Create"), request),
              HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
}

TEST_F(WebhookStoreTest, AnUpdateReplacesAndChangesTheEtag) {
  Endpoint endpoint = CreateEndpoint("t", "case.opened");
  const std::string old_etag = endpoint.etag();
  endpoint.set_url("https://hooks.example/new");
  endpoint.clear_event_types();
  endpoint.set_disabled(true);
  const auto updated = Update(endpoint);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->url(), "https://hooks.example/new");
  EXPECT_THAT(updated->event_types(), IsEmpty());
  EXPECT_TRUE(updated->disabled());
  EXPECT_NE(updated->etag(), old_etag);
  EXPECT_THAT(Update(endpoint), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(Delete(endpoint.name(), old_etag), StatusIs(absl::StatusCode::kAborted));
  endpoint.clear_etag();
  EXPECT_THAT(Update(endpoint), IsOk());
  endpoint.set_company("other");
  EXPECT_THAT(Update(endpoint), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(WebhookStoreTest, ARotationKeepsTheEarlierKeyForADay) {
  const Endpoint endpoint = CreateEndpoint();
  const auto rotated = Rotate(endpoint.name());
  ASSERT_THAT(rotated, IsOk());
  EXPECT_EQ(rotated->previous_secret_expire_time().seconds(),
            absl::ToUnixSeconds(Now() + absl::Hours(24)));
  EXPECT_NE(rotated->etag(), endpoint.etag());
  clock_.Advance(absl::Hours(24));
  EXPECT_FALSE(Get(endpoint.name())->has_previous_secret_expire_time());
}

TEST_F(WebhookStoreTest, AnotherTenantSeesAndChangesNothing) {
  const Endpoint endpoint = CreateEndpoint();
  for (const absl::Status& status :
       {Get(endpoint.name(), "other").status(), Update(endpoint, "other").status(),
        Rotate(endpoint.name(), "other").status(), Delete(endpoint.name(), "", "other").status()}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
  }
  EXPECT_EQ(webhooks_.List(Call("List", "other"), {})->webhook_endpoints_size(), 0);
  EXPECT_EQ(Get(endpoint.name())->etag(), endpoint.etag());
}

TEST_F(WebhookStoreTest, ADeletedEndpointIsGoneAndItsDeliveriesAreDueAtOnce) {
  const Endpoint endpoint = CreateEndpoint();
  Open();
  database_.Execute("UPDATE delivery SET due_time = ?", db::Params().Add(Now() + absl::Hours(1)));
  EXPECT_THAT(Delete(endpoint.name(), endpoint.etag()), IsOk());
  EXPECT_THAT(Get(endpoint.name()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Count("delivery WHERE channel = 2 AND due_time <= " MAMORI_DATABASE_NOW), 1);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM delivery WHERE channel = 1 AND due_time > ?",
                             db::Params().Add(Now())),
            2);
}

// Ingestion reads a company's endpoints whole: one more than it reads would be told nothing.
TEST_F(WebhookStoreTest, ACompanyHasAHundredEndpointsAtMost) {
  CreateEndpoint();
  for (int i = 1; i < 100; ++i) {
    database_.Execute(
        "INSERT INTO webhook_endpoint (endpoint_id, tenant, company, url, event_types, secret,"
        " create_time) SELECT ?, tenant, company, url, event_types, secret, create_time"
        " FROM webhook_endpoint LIMIT 1",
        db::Params().Add(ids_.NewId()));
  }
  v1::CreateWebhookEndpointRequest request;
  request.set_request_id(NextRequestId());
  request.mutable_webhook_endpoint()->set_company("acme");
  request.mutable_webhook_endpoint()->set_url("https://hooks.example/x");
  EXPECT_THAT(webhooks_.Create(Call("Create"), request),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  Open();
  EXPECT_EQ(Count("delivery WHERE channel = 2"), 100);
  request.mutable_webhook_endpoint()->set_company("another");
  EXPECT_THAT(webhooks_.Create(Call("Create"), request), testing::IsOk());
}

TEST_F(WebhookStoreTest, PagesHoldEachEndpointOnce) {
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.push_back(CreateEndpoint().name());
  CreateEndpoint("other");
  std::vector<std::string> seen;
  v1::ListWebhookEndpointsRequest request;
  request.set_page_size(2);
  do {
    const auto page = webhooks_.List(Call("List"), request);
    ASSERT_THAT(page, IsOk());
    for (const Endpoint& endpoint : page->webhook_endpoints()) seen.push_back(endpoint.name());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(seen, ::testing::UnorderedElementsAreArray(made));
}

}  // namespace
}  // namespace mamori::notification
