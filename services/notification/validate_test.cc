#include "services/notification/validate.h"

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "common/id/id.h"
#include "common/testing/matchers.h"

namespace mamori::notification {
namespace {

using ::mamori::testing::IsOk;
using ::mamori::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The paths that a status complains about.
std::vector<std::string> Paths(const absl::Status& status) {
  const google::rpc::Status proto = status::ToProtoStatus(status, "");
  std::vector<std::string> paths;
  google::rpc::BadRequest bad;
  for (const google::protobuf::Any& detail : proto.details()) {
    if (!detail.UnpackTo(&bad)) continue;
    for (const auto& violation : bad.field_violations()) paths.push_back(violation.field());
  }
  return paths;
}

TEST(UrlFault, TakesPublicHttpsUrls) {
  for (const std::string& url :
       {std::string("https://hooks.example.com"), std::string("https://hooks.example.com/a?b=c"),
        std::string("https://hooks.example.com:8443/"), std::string("https://1.1.1.1/x"),
        std::string("https://[2606:4700::1111]/x"), std::string("https://[2606:4700::1111]:8443/"),
        "https://h.example/" + std::string(2048 - 18, 'x')}) {
    EXPECT_EQ("", UrlFault(url, AddressPolicy())) << url;
  }
}

TEST(UrlFault, RefusesTheRest) {
  for (const std::string& url : {std::string(),
                                 std::string("http://hooks.example.com"),
                                 std::string("hooks.example.com"),
                                 std::string("https://"),
                                 std::string("https:///x"),
                                 std::string("https://:8443/"),
                                 std::string("ftp://hooks.example.com"),
                                 std::string("https://user@hooks.example.com/"),
                                 std::string("https://user:pass@127.0.0.1/"),
                                 std::string("https://hooks.example.com/#x"),
                                 std::string("https://hooks.example.com/a b"),
                                 std::string("https://hooks.example.com/\n"),
                                 std::string("https://hooks.example.com:0/"),
                                 std::string("https://hooks.example.com:99999/"),
                                 std::string("https://hooks.example.com:x/"),
                                 std::string("https://127.0.0.1/"),
                                 std::string("https://10.0.0.1:8443/"),
                                 std::string("https://[::1]/"),
                                 std::string("https://169.254.169.254/latest"),
                                 std::string("https://[::ffff:10.0.0.1]/"),
                                 std::string("https://a\\b.example/"),
                                 "https://h.example/" + std::string(2048, 'x')}) {
    EXPECT_NE("", UrlFault(url, AddressPolicy())) << url;
  }
}

TEST(UrlFault, TakesAPrivateTargetThatTheConfigurationNames) {
  const AddressPolicy addresses = *AddressPolicy::Create({"127.0.0.1/32"});
  EXPECT_EQ("", UrlFault("https://127.0.0.1:8443/hook", addresses));
  EXPECT_NE("", UrlFault("https://127.0.0.2:8443/hook", addresses));
}

mamori::v1::Event GoodEvent() {
  mamori::v1::Event event;
  event.set_event_id(std::string(16, 'e'));
  event.set_tenant("acme");
  event.set_source("triage");
  event.set_subject_id(std::string(16, 'c'));
  event.set_subject_sequence(1);
  event.mutable_case_opened()->set_company("acme-tokyo");
  event.mutable_case_opened()->set_policy_digest(std::string(64, 'a'));
  return event;
}

TEST(ValidateEvent, TakesAGoodOne) { EXPECT_THAT(ValidateEvent(GoodEvent()), IsOk()); }

TEST(ValidateEvent, NamesEveryFieldThatIsWrong) {
  mamori::v1::Event event;
  EXPECT_THAT(Paths(ValidateEvent(event)), ElementsAre("event_id", "subject_id", "tenant", "source",
                                                       "subject_sequence", "fact"));
  event = GoodEvent();
  event.set_tenant("Acme");
  event.set_source("intake");
  event.mutable_case_opened()->set_company("");
  event.mutable_case_opened()->set_policy_digest(std::string(64, 'A'));
  EXPECT_THAT(Paths(ValidateEvent(event)),
              ElementsAre("tenant", "source", "case_opened.company", "case_opened.policy_digest"));
}

TEST(ValidateEvent, AsksNoPolicyOfAMerge) {
  mamori::v1::Event event = GoodEvent();
  event.mutable_case_merged()->set_company("acme-tokyo");
  EXPECT_THAT(ValidateEvent(event), IsOk());
}

TEST(ValidateRequests, CountsEvents) {
  v1::IngestEventsRequest request;
  EXPECT_THAT(Paths(Validate(request)), ElementsAre("events"));
  for (int i = 0; i < kMaxEvents; ++i) request.add_events();
  EXPECT_THAT(Validate(request), IsOk());
  request.add_events();
  EXPECT_THAT(Paths(Validate(request)), ElementsAre("events"));
}

TEST(ValidateRequests, ChecksPagesAndFilters) {
  v1::ListDeliveriesRequest request;
  EXPECT_THAT(Validate(request), IsOk());
  request.set_page_size(1001);
  request.set_case_name("cases/1");
  request.set_state(static_cast<mamori::v1::DeliveryState>(99));
  EXPECT_THAT(Paths(Validate(request)), ElementsAre("page_size", "case_name", "state"));
  request.set_page_size(1000);
  request.set_case_name(id::Name("cases", std::string(16, 'c')));
  request.set_state(mamori::v1::DELIVERY_STATE_DEAD);
  EXPECT_THAT(Validate(request), IsOk());
  v1::ListNotificationsRequest notifications;
  notifications.set_page_size(-1);
  EXPECT_THAT(Paths(Validate(notifications)), ElementsAre("page_size"));
  v1::ListDeadLettersRequest dead;
  dead.set_page_size(-1);
  EXPECT_THAT(Paths(Validate(dead)), ElementsAre("page_size"));
  v1::ListWebhookEndpointsRequest endpoints;
  endpoints.set_page_size(1001);
  EXPECT_THAT(Paths(Validate(endpoints)), ElementsAre("page_size"));
}

TEST(ValidateRequests, WantsNamesAndRequestIds) {
  EXPECT_THAT(Paths(Validate(v1::RetryDeliveryRequest())), ElementsAre("request_id", "name"));
  EXPECT_THAT(Paths(Validate(v1::AcknowledgeNotificationRequest())),
              ElementsAre("request_id", "name"));
  EXPECT_THAT(Paths(Validate(v1::GetWebhookEndpointRequest())), ElementsAre("name"));
  EXPECT_THAT(Paths(Validate(v1::DeleteWebhookEndpointRequest())),
              ElementsAre("request_id", "name"));
  EXPECT_THAT(Paths(Validate(v1::RotateWebhookSecretRequest())), ElementsAre("request_id", "name"));
  v1::RetryDeliveryRequest request;
  request.set_request_id("request-1");
  request.set_name(id::Name("notifications", std::string(16, 'n')));
  EXPECT_THAT(Paths(Validate(request)), ElementsAre("name"));
}

TEST(ValidateRequests, ChecksEndpoints) {
  v1::CreateWebhookEndpointRequest request;
  EXPECT_THAT(Paths(Validate(request, AddressPolicy())),
              ElementsAre("request_id", "webhook_endpoint.company", "webhook_endpoint.url"));
  request.set_request_id("request-1");
  request.mutable_webhook_endpoint()->set_company("acme");
  request.mutable_webhook_endpoint()->set_url("https://hooks.example.com/");
  request.mutable_webhook_endpoint()->add_event_types("case.opened");
  EXPECT_THAT(Paths(Validate(request, AddressPolicy())), IsEmpty());
  request.mutable_webhook_endpoint()->add_event_types("case.exploded");
  EXPECT_THAT(Paths(Validate(request, AddressPolicy())),
              ElementsAre("webhook_endpoint.event_types[1]"));
  for (int i = 0; i < 50; ++i) request.mutable_webhook_endpoint()->add_event_types("case.opened");
  EXPECT_THAT(Paths(Validate(request, AddressPolicy())),
              ElementsAre("webhook_endpoint.event_types"));

  v1::UpdateWebhookEndpointRequest update;
  EXPECT_THAT(Paths(Validate(update, AddressPolicy())),
              ElementsAre("request_id", "webhook_endpoint.name", "webhook_endpoint.url"));
}

}  // namespace
}  // namespace mamori::notification
