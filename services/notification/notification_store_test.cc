#include <set>
#include <string>
#include <vector>

#include "services/notification/sql_notification_store.h"
#include "services/notification/test_notification_fixture.h"

namespace mamori::notification {
namespace {

using testing::EqualsProto;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::SizeIs;
using testing::StatusIs;

class NotificationStoreTest : public NotificationFixture {
 protected:
  // The names on all pages, read two at a time.
  std::vector<std::string> Deliveries(v1::ListDeliveriesRequest request,
                                      const std::string& tenant = "t") {
    std::vector<std::string> names;
    request.set_page_size(2);
    do {
      const auto page = notifications_.ListDeliveries(Call("ListDeliveries", tenant), request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return names;
      for (const auto& delivery : page->deliveries()) names.push_back(delivery.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
  std::vector<std::string> DeadLetters() {
    std::vector<std::string> names;
    v1::ListDeadLettersRequest request;
    request.set_page_size(2);
    do {
      const auto page = notifications_.ListDeadLetters(Call("ListDeadLetters"), request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return names;
      for (const auto& delivery : page->deliveries()) names.push_back(delivery.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
  // Names in the order that lists promise.
  std::vector<std::string> Newest(const std::string& where) {
    std::vector<std::string> names;
    for (const db::Row& row : database_.Query("SELECT delivery_id FROM delivery WHERE " + where +
                                              " ORDER BY create_time DESC, delivery_id DESC")) {
      names.push_back(id::Name("deliveries", row.GetBytes(0)));
    }
    return names;
  }
  void Open7() {
    for (int i = 0; i < 7; ++i) {
      Open();
      if (i % 3 == 0) clock_.Advance(absl::Seconds(1));  // some share their time
    }
  }
  absl::StatusOr<mamori::v1::Delivery> Retry(const std::string& name, const std::string& request_id,
                                             const std::string& tenant = "t") {
    v1::RetryDeliveryRequest request;
    request.set_request_id(request_id);
    request.set_name(name);
    return notifications_.RetryDelivery(Call("RetryDelivery", tenant), request);
  }
};

TEST_F(NotificationStoreTest, PagesHoldEachDeliveryOnceNewestFirst) {
  Open7();
  Open(mamori::v1::SEVERITY_LOW, "other");
  const std::vector<std::string> all = Deliveries({});
  EXPECT_THAT(all, SizeIs(14));
  EXPECT_EQ(all, Newest("tenant = 't'"));
  EXPECT_THAT(Deliveries({}, "other"), SizeIs(2));
}

TEST_F(NotificationStoreTest, FiltersByCaseAndState) {
  Open7();
  const mamori::v1::Event event = Open();
  v1::ListDeliveriesRequest request;
  request.set_case_name(id::Name("cases", event.subject_id()));
  EXPECT_THAT(Deliveries(request), SizeIs(2));
  EXPECT_THAT(Deliveries(request, "other"), IsEmpty());
  database_.Execute("UPDATE delivery SET state = 5 WHERE receiver = 'a@acme.example'");
  request.set_state(mamori::v1::DELIVERY_STATE_DEAD);
  EXPECT_THAT(Deliveries(request), SizeIs(1));
  request.clear_case_name();
  EXPECT_EQ(Deliveries(request), Newest("state = 5"));
  database_.Execute("UPDATE delivery SET state = 4 WHERE receiver = 'b@acme.example'");
  request.set_state(mamori::v1::DELIVERY_STATE_UNKNOWN);
  EXPECT_EQ(Deliveries(request), Newest("state = 4"));
  EXPECT_THAT(Deliveries(request), SizeIs(8));
  v1::ListNotificationsRequest notifications;
  notifications.set_case_name(id::Name("cases", event.subject_id()));
  const auto page = notifications_.ListNotifications(Call("List"), notifications);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->notifications_size(), 1);
  const mamori::v1::Notification& one = page->notifications(0);
  EXPECT_EQ(one.case_name(), notifications.case_name());
  EXPECT_EQ(one.event_type(), "case.opened");
  EXPECT_EQ(one.route(), "desk");
  EXPECT_EQ(one.recipient_group(), "desk");
  EXPECT_EQ(one.urgency(), mamori::v1::URGENCY_NORMAL);
  EXPECT_FALSE(one.has_acknowledge_time());
}

TEST_F(NotificationStoreTest, ATokenBelongsToItsQuery) {
  Open7();
  v1::ListDeliveriesRequest request;
  request.set_page_size(2);
  request.set_page_token(notifications_.ListDeliveries(Call("List"), request)->next_page_token());
  EXPECT_THAT(notifications_.ListDeliveries(Call("List"), request), IsOk());
  EXPECT_THAT(notifications_.ListDeliveries(Call("List", "other"), request),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
  request.set_state(mamori::v1::DELIVERY_STATE_DEAD);
  EXPECT_THAT(notifications_.ListDeliveries(Call("List"), request),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
}

TEST_F(NotificationStoreTest, ListsShowOnlyCasesThatThePersonMaySee) {
  std::set<std::string> seen;
  for (int i = 0; i < 9; ++i) {
    const mamori::v1::Event event = Open();
    if (i % 4 == 0) seen.insert(id::Name("cases", event.subject_id()));
    if (i % 2 == 0) clock_.Advance(absl::Seconds(1));
  }
  const mamori::v1::Event hidden = Open();
  database_.Execute("UPDATE delivery SET state = 5 WHERE receiver = 'a@acme.example'");
  checker_.set_rule([&](const triage::v1::AccessQuestion& question) {
    EXPECT_EQ(question.person(), "desk-1");
    return seen.count(question.resource()) > 0 ? client::Access::kAllowed : client::Access::kDenied;
  });
  EXPECT_THAT(Deliveries({}), SizeIs(6));
  EXPECT_THAT(DeadLetters(), SizeIs(3));
  v1::ListDeliveriesRequest of_hidden;
  of_hidden.set_case_name(id::Name("cases", hidden.subject_id()));
  EXPECT_THAT(notifications_.ListDeliveries(Call("List"), of_hidden),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  v1::ListNotificationsRequest page;
  page.set_page_size(2);
  const auto first = notifications_.ListNotifications(Call("List"), page);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->notifications_size(), 2);
  page.set_page_token(first->next_page_token());
  const auto last = notifications_.ListNotifications(Call("List"), page);
  ASSERT_THAT(last, IsOk());
  EXPECT_EQ(last->notifications_size(), 1);
  EXPECT_EQ(last->next_page_token(), "");
}

// Of what was not sent to somebody only those are told who look after the case's access.
TEST_F(NotificationStoreTest, WhatWasSuppressedTellsOfTheAccess) {
  Open();
  database_.Execute("UPDATE delivery SET state = 6 WHERE receiver = 'a@acme.example'");
  const std::string name = Newest("state = 6")[0];
  checker_.set_rule([](const triage::v1::AccessQuestion& question) {
    return question.action() == triage::v1::ACCESS_ACTION_READ_ACCESS ? client::Access::kDenied
                                                                      : client::Access::kAllowed;
  });
  EXPECT_THAT(Deliveries({}), SizeIs(1));
  EXPECT_THAT(Retry(name, "request-a"), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  checker_.set_rule([](const auto&) { return client::Access::kAllowed; });
  EXPECT_THAT(Deliveries({}), SizeIs(2));
  EXPECT_THAT(Retry(name, "request-a"), IsOk());
  EXPECT_EQ(Newest("state = 1 AND receiver = 'a@acme.example'").size(), 1u);
}

TEST_F(NotificationStoreTest, VerbsAnswerAsForWhatNeverWas) {
  Open();
  database_.Execute("UPDATE delivery SET state = 5");
  const std::string delivery = Newest("state = 5")[0];
  const std::string notification = id::Name(
      "notifications", database_.Query("SELECT notification_id FROM notification")[0].GetBytes(0));
  EXPECT_THAT(Retry(delivery, "request-a"), IsOk());
  checker_.set_rule([](const auto&) { return client::Access::kDenied; });
  const auto never = Retry(id::Name("deliveries", ids_.NewId()), "request-b");
  EXPECT_EQ(Retry(delivery, "request-c").status(), never.status());
  // Also with the request id of an earlier answer.
  EXPECT_EQ(Retry(delivery, "request-a").status(), never.status());
  v1::AcknowledgeNotificationRequest request;
  request.set_request_id("request-d");
  request.set_name(notification);
  EXPECT_THAT(notifications_.Acknowledge(Call("Acknowledge"), request),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_EQ(Count("notification WHERE acknowledge_time IS NOT NULL"), 0);
  checker_.set_fault(absl::UnavailableError("away"));
  EXPECT_THAT(notifications_.Acknowledge(Call("Acknowledge"), request),
              StatusIs(absl::StatusCode::kUnavailable));
  // While triage does not answer, and in what is asked of it.
  auto random = request;
  random.set_name(id::Name("notifications", ids_.NewId()));
  EXPECT_EQ(notifications_.Acknowledge(Call("Acknowledge"), random).status(),
            notifications_.Acknowledge(Call("Acknowledge"), request).status());
  EXPECT_EQ(Retry(id::Name("deliveries", ids_.NewId()), "request-e").status(),
            Retry(delivery, "request-f").status());
  checker_.set_fault(absl::OkStatus());
  const size_t asked = checker_.asked().size();
  EXPECT_THAT(Retry(id::Name("deliveries", ids_.NewId()), "request-g"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(checker_.asked().size(), asked + 1) << "as of a hidden one";
}

TEST_F(NotificationStoreTest, DeadLettersAreTheDeadAndTheUnknown) {
  Open7();
  database_.Execute("UPDATE delivery SET state = 4 WHERE receiver = 'a@acme.example'");
  database_.Execute("UPDATE delivery SET state = 5 WHERE receiver = 'b@acme.example'");
  Open();
  EXPECT_EQ(DeadLetters(), Newest("state IN (4, 5)"));
  EXPECT_THAT(DeadLetters(), SizeIs(14));
}

TEST_F(NotificationStoreTest, ARetrySendsTheSameDeliveryAgainWithAFreshCount) {
  Open();
  for (const int state : {4, 5}) {
    database_.Execute(
        "UPDATE delivery SET state = ?, attempt_count = 3, fence = 7, last_error = 'smtp.550'",
        db::Params().Add(state));
    const std::string name = Deliveries({})[0];
    const std::string request_id = NextRequestId();
    const auto retried = Retry(name, request_id);
    ASSERT_THAT(retried, IsOk());
    EXPECT_EQ(retried->state(), mamori::v1::DELIVERY_STATE_PENDING);
    EXPECT_EQ(retried->attempt_count(), 0);
    EXPECT_EQ(retried->last_error(), "");
    EXPECT_TRUE(retried->has_due_time());
    const std::vector<Claim> claims = Claims();
    ASSERT_THAT(claims, SizeIs(1));
    EXPECT_EQ(id::Name("deliveries", claims[0].delivery_id), name);
    EXPECT_EQ(claims[0].fence, 9);
    // The same request again is no second retry.
    EXPECT_THAT(*Retry(name, request_id), EqualsProto(*retried));
    EXPECT_EQ(Count("delivery WHERE state = 2"), 1);
  }
}

TEST_F(NotificationStoreTest, OnlyWhatIsDeadOrUnknownIsRetried) {
  Open();
  const std::string name = Deliveries({})[0];
  for (const int state : {1, 2, 3}) {
    database_.Execute("UPDATE delivery SET state = ?", db::Params().Add(state));
    EXPECT_THAT(Retry(name, NextRequestId()), StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  EXPECT_THAT(Retry(name, NextRequestId(), "other"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Retry(id::Name("deliveries", ids_.NewId()), NextRequestId()),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(NotificationStoreTest, HousekeepingTakesOnlyWhatIsOldAndAtRest) {
  time::FakeSleeper sleeper(clock_);
  SqlHousekeepingStore housekeeping(database_.transactor(), clock_, sleeper,
                                    {.batch = 2, .pause = absl::Milliseconds(100)});
  Open();
  database_.Execute("UPDATE delivery SET state = 3 WHERE receiver = 'a@acme.example'");
  CreateEndpoint();  // leaves an answer
  EXPECT_THAT(housekeeping.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Count("request_id"), 1);
  clock_.Advance(absl::Hours(7 * 24 + 1));
  EXPECT_THAT(housekeeping.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Count("request_id"), 0);
  clock_.Advance(kDeliveryRetention);
  EXPECT_THAT(housekeeping.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Count("delivery"), 1);
  EXPECT_EQ(Count("delivery WHERE state = 1"), 1);  // still waits, however old
  EXPECT_EQ(Count("notification"), 1);
  clock_.Advance(kNotificationRetention);
  EXPECT_THAT(housekeeping.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Count("notification"), 0);
  EXPECT_EQ(Count("inbox"), 1);
}

TEST_F(NotificationStoreTest, HousekeepingGoesOnUntilNothingIsLeftWithPauses) {
  time::FakeSleeper sleeper(clock_);
  SqlHousekeepingStore housekeeping(database_.transactor(), clock_, sleeper,
                                    {.batch = 2, .pause = absl::Milliseconds(100)});
  for (const auto severity :
       {mamori::v1::SEVERITY_LOW, mamori::v1::SEVERITY_LOW, mamori::v1::SEVERITY_CRITICAL}) {
    Open(severity);
  }
  // Every state at rest and every urgency goes: six normal ones and a page.
  database_.Run(
      "UPDATE delivery SET state = CASE receiver WHEN 'a@acme.example' THEN 4 ELSE 5 END");
  clock_.Advance(kDeliveryRetention + absl::Hours(1));
  const absl::Time begin = clock_.Now();
  EXPECT_THAT(housekeeping.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(clock_.Now() - begin, absl::Milliseconds(100));
  EXPECT_EQ(Count("delivery"), 2);  // one of each state
  EXPECT_THAT(housekeeping.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Count("delivery"), 0);
}

}  // namespace
}  // namespace mamori::notification
