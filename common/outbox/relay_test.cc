#include "common/outbox/relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/db/database_time.h"
#include "common/outbox/event_fixture.h"
#include "common/outbox/outbox.h"
#include "common/status/errors.h"

namespace mamori::outbox {
namespace {

using ::testing::ElementsAre;
constexpr absl::Duration kLease = absl::Hours(1);

// A receiver that answers as told and remembers what came.
class Receiver {
 public:
  Publisher publisher() {
    return [this](const std::vector<v1::Event>& events,
                  absl::Time) -> absl::StatusOr<std::vector<absl::Status>> {
      ++calls;
      if (!down.ok()) return down;
      std::vector<absl::Status> answers;
      for (const v1::Event& event : events) {
        seen.push_back(event);
        const auto answer = answers_by_sequence.find(event.subject_sequence());
        answers.push_back(answer == answers_by_sequence.end() ? absl::OkStatus() : answer->second);
      }
      if (during) during();
      return answers;
    };
  }
  std::vector<int64_t> sequences() const {
    std::vector<int64_t> result;
    for (const v1::Event& event : seen) result.push_back(event.subject_sequence());
    return result;
  }

  int calls = 0;
  absl::Status down;
  std::map<int64_t, absl::Status> answers_by_sequence;
  std::function<void()> during;
  std::vector<v1::Event> seen;
};

class RelayTest : public EventFixture {
 protected:
  // A long lease, since the database's clock goes on while a test runs.
  std::unique_ptr<Relay> MakeRelay(Receiver& receiver, RelayOptions options = {.lease = kLease}) {
    return Relay::Create({transactor(), clock_, ids_, telemetry_}, receiver.publisher(), options);
  }
  int64_t Waiting() {
    const Backlog backlog = Read<Backlog>([&](db::Tx& tx) { return MeasureBacklog(tx, 1000); });
    return backlog.rows();
  }
};

TEST_F(RelayTest, PublishesInOrderAndDeletesWhatWasTaken) {
  const id::Id subject = ids_.NewId();
  AppendAll({EventOf(subject, 2), EventOf(subject, 1), EventOf(subject, 3)});
  Receiver receiver;
  auto relay = MakeRelay(receiver);
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(true));
  EXPECT_THAT(receiver.sequences(), ElementsAre(1, 2, 3));
  EXPECT_EQ(Waiting(), 0);
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(false));
}

TEST_F(RelayTest, KeepsEverythingWhileTheReceiverIsDown) {
  AppendAll({EventOf(ids_.NewId(), 1), EventOf(ids_.NewId(), 1)});
  Receiver receiver;
  receiver.down = absl::UnavailableError("down");
  auto relay = MakeRelay(receiver);
  EXPECT_FALSE(relay->RunOnce().ok());
  EXPECT_EQ(Waiting(), 2);
  receiver.down = absl::OkStatus();
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(Waiting(), 0);
}

TEST_F(RelayTest, IsBehindWhileMoreWaitsThanOnePassTakesAndItCanBePassedOn) {
  std::vector<v1::Event> events;
  for (int i = 0; i < 64; ++i) events.push_back(EventOf(ids_.NewId(), 1));
  AppendAll(events);
  Receiver receiver;
  receiver.down = absl::UnavailableError("down");
  auto relay = MakeRelay(receiver, {.batch = 1});
  EXPECT_FALSE(relay->RunOnce().ok());
  EXPECT_FALSE(relay->Behind());  // to take less would help nobody
  receiver.down = absl::OkStatus();
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(true));
  EXPECT_TRUE(relay->Behind());
  while (Waiting() > 0) EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(true));
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(false));
  EXPECT_FALSE(relay->Behind());
}

TEST_F(RelayTest, OneThatStopsGivesItsLeasesBack) {
  Receiver first_receiver, second_receiver;
  auto first = MakeRelay(first_receiver);
  EXPECT_THAT(first->RunOnce(), IsOkAndHolds(false));  // takes the leases
  AppendAll({EventOf(ids_.NewId(), 1)});
  auto second = MakeRelay(second_receiver);
  EXPECT_THAT(second->RunOnce(), IsOkAndHolds(false));
  first->Stop();
  clock_.Advance(kLease / 3);  // it looks for leases every now and then
  EXPECT_THAT(second->RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(Waiting(), 0);
}

// Killed, so that it gives nothing back: what it held, what it wrote and what it put off.
TEST_F(RelayTest, OneThatIsKilledIsFollowedWithinItsLeaseWhateverItsClockSaid) {
  time::SystemSleeper sleeper;
  for (const absl::Duration wrong : {absl::Hours(24), -absl::Hours(24)}) {
    Receiver killed_receiver, next_receiver;
    time::FakeClock clock(clock_.Now() + wrong);
    db::Transactor wrongly(database_.pool(), clock, sleeper);
    auto killed = Relay::Create({wrongly, clock, ids_, telemetry_}, killed_receiver.publisher(),
                                {.lease = kLease});
    std::vector<v1::Event> events = {EventOf(ids_.NewId(), 1), EventOf(ids_.NewId(), 1)};
    for (v1::Event& event : events) {
      event.mutable_event_time()->set_seconds(absl::ToUnixSeconds(clock.Now()));
    }
    AppendAll({events[0]});
    killed_receiver.answers_by_sequence[1] = absl::FailedPreconditionError("not now");
    EXPECT_THAT(killed->RunOnce(), IsOkAndHolds(false)) << wrong;
    EXPECT_EQ(killed_receiver.calls, 1) << "due by its clock or not: " << wrong;
    AppendAll({events[1]});
    auto next = MakeRelay(next_receiver);
    EXPECT_THAT(next->RunOnce(), IsOkAndHolds(false)) << "in two hands: " << wrong;
    Pass(kLease);
    EXPECT_THAT(next->RunOnce(), IsOkAndHolds(true)) << wrong;
    EXPECT_EQ(next_receiver.seen.size(), 2u) << wrong;
    EXPECT_EQ(Waiting(), 0) << wrong;
    next->Stop();
  }
}

TEST_F(RelayTest, TheTimeOfAnAnonymousReportIsNotToldByWhenItsEventIsDue) {
  v1::Event event = EventOf(ids_.NewId(), 1);
  const int64_t day = absl::ToUnixSeconds(absl::Now() + absl::Hours(48)) / 86400;
  event.mutable_event_time()->set_seconds(day * 86400);  // told by a clock that is ahead
  AppendAll({event});
  EXPECT_EQ(database_.Number("SELECT due_time % 86400000000 FROM outbox"), 0);
  EXPECT_EQ(database_.Number("SELECT due_time <= " MAMORI_DATABASE_NOW " FROM outbox"), 1);
}

TEST_F(RelayTest, OneEventThatMustWaitDoesNotHoldItsNeighbours) {
  const id::Id subject = ids_.NewId();
  AppendAll({EventOf(subject, 1), EventOf(subject, 2)});
  Receiver receiver;
  receiver.answers_by_sequence[2] = absl::FailedPreconditionError("unknown policy");
  auto relay = MakeRelay(receiver);
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(Waiting(), 1);
  receiver.answers_by_sequence.clear();
  Pass(-absl::Hours(1));
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(false)) << "not before its backoff";
  Pass(absl::Hours(1) + absl::Milliseconds(50));
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(Waiting(), 0);
}

TEST_F(RelayTest, WhatIsRefusedForGoodIsKeptForAPerson) {
  AppendAll({EventOf(ids_.NewId(), 1)});
  Receiver receiver;
  receiver.answers_by_sequence[1] = absl::InvalidArgumentError("no");
  auto relay = MakeRelay(receiver);
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(false));
  Pass(absl::Hours(1));
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(receiver.calls, 1);
  EXPECT_EQ(Waiting(), 1);
  Pass(absl::Hours(24));
  receiver.answers_by_sequence.clear();
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(true));
}

TEST_F(RelayTest, ASubjectIsNeverInTwoHands) {
  Receiver first_receiver, second_receiver;
  auto first = MakeRelay(first_receiver);
  auto second = MakeRelay(second_receiver);
  EXPECT_THAT(first->RunOnce(), IsOkAndHolds(false));  // takes the leases
  AppendAll({EventOf(ids_.NewId(), 1)});
  EXPECT_THAT(second->RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(second_receiver.calls, 0);
  EXPECT_THAT(first->RunOnce(), IsOkAndHolds(true));
}

TEST_F(RelayTest, AnotherRelayTakesOverWhenTheHolderIsGone) {
  Receiver first_receiver, second_receiver;
  auto first = MakeRelay(first_receiver);
  auto second = MakeRelay(second_receiver);
  EXPECT_TRUE(first->RunOnce().ok());
  AppendAll({EventOf(ids_.NewId(), 1)});
  Pass(kLease);
  EXPECT_THAT(second->RunOnce(), IsOkAndHolds(true));
}

TEST_F(RelayTest, AStaleHolderCannotDelete) {
  AppendAll({EventOf(ids_.NewId(), 1)});
  Receiver slow_receiver, second_receiver;
  auto slow = MakeRelay(slow_receiver);
  auto second = MakeRelay(second_receiver);
  // While the first publishes, its lease ends and the second takes it; the second's receiver is
  // down, so the row has to survive whatever the first believes.
  second_receiver.down = absl::UnavailableError("down");
  slow_receiver.during = [&] {
    Pass(kLease);
    EXPECT_FALSE(second->RunOnce().ok());
  };
  EXPECT_FALSE(slow->RunOnce().ok());
  EXPECT_EQ(Waiting(), 1);
}

TEST_F(RelayTest, ARowThatIsNoEventHoldsUpNoOther) {
  AppendAll({EventOf(ids_.NewId(), 1), EventOf(ids_.NewId(), 1)});
  database_.Execute("UPDATE outbox SET event = 'x' LIMIT 1", {});
  Receiver receiver;
  auto relay = MakeRelay(receiver);
  EXPECT_THAT(relay->RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(receiver.seen.size(), 1u);
  const Backlog left = Read<Backlog>([&](db::Tx& tx) { return MeasureBacklog(tx, 1000); });
  EXPECT_EQ(left.depth, 0);
  EXPECT_EQ(left.refused, 1) << "it waits for a person";
}

TEST_F(RelayTest, WakesWithoutWaitingForThePoll) {
  Receiver receiver;
  std::mutex mu;
  std::condition_variable arrived;
  int count = 0;
  receiver.during = [&] {
    std::lock_guard lock(mu);
    ++count;
    arrived.notify_all();
  };
  auto relay = MakeRelay(receiver, {.poll_interval = absl::Hours(1)});
  relay->Start();
  AppendAll({EventOf(ids_.NewId(), 1)});
  relay->Wake();
  {
    std::unique_lock lock(mu);
    EXPECT_TRUE(arrived.wait_for(lock, std::chrono::seconds(20), [&] { return count == 1; }));
  }
  relay->Stop();
}

}  // namespace
}  // namespace mamori::outbox
