#include "services/triage/event_router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/testing/matchers.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using testing::StatusIs;

class EventRouterTest : public ::testing::Test {
 protected:
  static mamori::v1::Event Make(const std::string& id, bool for_intake) {
    mamori::v1::Event event;
    event.set_event_id(id);
    if (for_intake) {
      event.mutable_report_disposed();
    } else {
      event.mutable_case_disposed();
    }
    return event;
  }
  // Notes what it gets, and answers `status` for the batch, or OK with one refused by its id "bad".
  outbox::Publisher Receiver(std::vector<std::string>& got, absl::Status status) {
    return [&got, status](const std::vector<mamori::v1::Event>& events,
                          absl::Time) -> absl::StatusOr<std::vector<absl::Status>> {
      std::vector<absl::Status> statuses;
      for (const auto& event : events) {
        got.push_back(event.event_id());
        statuses.push_back(event.event_id() == "bad" ? absl::InvalidArgumentError("bad")
                                                     : absl::OkStatus());
      }
      if (!status.ok()) return status;
      return statuses;
    };
  }
  std::vector<std::string> notification_, intake_;
};

TEST_F(EventRouterTest, EachEventGoesToItsReceiverAndItsAnswerComesBack) {
  const auto publish =
      RouteEvents(Receiver(notification_, absl::OkStatus()), Receiver(intake_, absl::OkStatus()));
  const auto statuses =
      publish({Make("1", false), Make("bad", true), Make("2", true), Make("3", false)},
              absl::InfiniteFuture());
  ASSERT_THAT(statuses, IsOk());
  EXPECT_THAT(notification_, ElementsAre("1", "3"));
  EXPECT_THAT(intake_, ElementsAre("bad", "2"));
  EXPECT_THAT((*statuses)[0], IsOk());
  EXPECT_THAT((*statuses)[1], StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT((*statuses)[2], IsOk());
  EXPECT_THAT((*statuses)[3], IsOk());
}

TEST_F(EventRouterTest, AReceiverThatIsAwayHoldsBackItsOwnAlone) {
  const auto publish = RouteEvents(Receiver(notification_, absl::OkStatus()),
                                   Receiver(intake_, absl::UnavailableError("away")));
  const auto statuses = publish({Make("1", true), Make("2", false)}, absl::InfiniteFuture());
  ASSERT_THAT(statuses, IsOk());
  EXPECT_THAT((*statuses)[0], StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT((*statuses)[1], IsOk());
  EXPECT_THAT(publish({Make("3", true)}, absl::InfiniteFuture()),
              StatusIs(absl::StatusCode::kUnavailable))
      << "as a whole when it is the only one";
}

TEST_F(EventRouterTest, AnAnswerOfAnotherSizeSettlesNothing) {
  const auto publish =
      RouteEvents(Receiver(notification_, absl::OkStatus()),
                  [](const auto&, absl::Time) -> absl::StatusOr<std::vector<absl::Status>> {
                    return std::vector<absl::Status>();
                  });
  const auto statuses = publish({Make("1", true), Make("2", false)}, absl::InfiniteFuture());
  EXPECT_FALSE((*statuses)[0].ok());
  EXPECT_THAT((*statuses)[1], IsOk());
}

}  // namespace
}  // namespace mamori::triage
