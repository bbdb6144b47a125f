#include "services/intake/group_commit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/testing/matchers.h"
#include "services/intake/fake_intake_store.h"
#include "services/intake/group_commit_fixture.h"

namespace mamori::intake {
namespace {

using absl::StatusCode;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

class GroupCommitTest : public ::testing::Test {
 protected:
  // Not started: what is sent waits, so that a test decides what is in one batch.
  void Make(GroupCommit::Options options = {.writers = 1}) {
    writer_ = std::make_unique<GroupCommit>(
        GroupCommit::Dependencies{store_, TestSeal(), clock_, telemetry_, [this] { ++commits_; },
                                  [this] { return behind_.load(); }},
        options);
    client_ = std::make_unique<Client>(*writer_);
  }

  FakeIntakeStore store_;
  time::FakeClock clock_{TestNow()};
  telemetry::NullTelemetry telemetry_;
  std::atomic<int> commits_ = 0;
  std::atomic<bool> behind_ = false;
  std::unique_ptr<GroupCommit> writer_;
  std::unique_ptr<Client> client_;
};

TEST_F(GroupCommitTest, WritesManyInOneTransaction) {
  Make({.writers = 1, .max_batch = 8});
  std::vector<PendingAnswer> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(client_->Send(Numbered(i)));
  writer_->Start();
  for (auto& answer : answers) EXPECT_THAT(Get(answer), IsOk());
  EXPECT_EQ(store_.report_count(), 20u);
  EXPECT_THAT(store_.batch_sizes(), ElementsAre(8, 8, 4));
  writer_->Stop();
  EXPECT_EQ(commits_, 3);
}

// A rest is as long as the batch before it, by the clock; the fake one says that each took an hour,
// and a rest is never longer than a tenth of a second.
TEST_F(GroupCommitTest, RestsWhileTheRoadIsBehindButNotForDanger) {
  std::vector<bool> in_danger;
  store_.BeforeInsert([&](const std::vector<const NewReport*>& reports) {
    clock_.Advance(absl::Hours(1));
    in_danger.push_back(reports.front()->immediate_danger);
  });
  behind_ = true;
  Make({.writers = 1, .max_batch = 1});
  std::vector<PendingAnswer> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(client_->Send(Numbered(i)));
  const auto begin = std::chrono::steady_clock::now();
  writer_->Start();
  EXPECT_THAT(Get(answers[0]), IsOk());
  v1::SubmitReportRequest danger = Numbered(10);
  danger.mutable_report()->set_immediate_danger(true);
  auto urgent = client_->Send(danger);
  EXPECT_THAT(Get(urgent), IsOk());
  EXPECT_THAT(Get(answers[2]), IsOk());
  writer_->Stop();
  EXPECT_THAT(in_danger, ElementsAre(false, true, false, false));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(200));
}

TEST_F(GroupCommitTest, BesideADatabaseThatHangsTheRestIsRefusedInTime) {
  std::latch hangs(1), goes_on(1);
  store_.BeforeInsert([&](const std::vector<const NewReport*>&) {
    hangs.count_down();
    goes_on.wait();
  });
  Make({.writers = 1, .max_batch = 1});
  std::vector<PendingAnswer> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(client_->Send(Numbered(i)));
  writer_->Start();
  hangs.wait();
  std::jthread stop([&] { writer_->Stop(absl::Seconds(5)); });
  auto late = client_->Send(Numbered(9));
  while (late.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
    late = client_->Send(Numbered(9));
  }
  clock_.Advance(absl::Seconds(5));
  goes_on.count_down();
  EXPECT_THAT(Get(answers[0]), IsOk()) << "begun in time";
  for (int i : {1, 2}) EXPECT_THAT(Get(answers[i]), StatusIs(StatusCode::kUnavailable));
  stop.join();
  EXPECT_EQ(store_.report_count(), 1u);
}

TEST_F(GroupCommitTest, OneTransactionPerRequestWhenToldSo) {
  Make({.writers = 2, .max_batch = 1});
  std::vector<PendingAnswer> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(client_->Send(Numbered(i)));
  writer_->Start();
  for (auto& answer : answers) EXPECT_THAT(Get(answer), IsOk());
  EXPECT_EQ(store_.batch_sizes().size(), 20u);
  EXPECT_THAT(store_.batch_sizes(), Each(1u));
}

TEST_F(GroupCommitTest, RepeatsWithinABatchGetTheFirstAnswer) {
  Make();
  auto first = client_->Send(Numbered(1));
  auto same = client_->Send(Numbered(1));
  auto other = client_->Send(WithNarrative(Numbered(1), "something else"));
  auto neighbour = client_->Send(Numbered(2));
  writer_->Start();
  const std::string name = NameIn(Get(first));
  EXPECT_EQ(NameIn(Get(same)), name);
  EXPECT_THAT(Get(other), HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
  EXPECT_THAT(Get(neighbour), IsOk());
  EXPECT_EQ(store_.report_count(), 2u);
}

TEST_F(GroupCommitTest, RepeatsOfWhatIsStoredDoNotHurtTheirNeighbours) {
  Make();
  writer_->Start();
  auto first = client_->Send(Numbered(1));
  const std::string name = NameIn(Get(first));
  std::vector<PendingAnswer> neighbours;
  std::vector<PendingAnswer> repeats;
  for (int i = 2; i < 30; ++i) {
    neighbours.push_back(client_->Send(Numbered(i)));
    repeats.push_back(client_->Send(Numbered(1)));
  }
  for (auto& answer : neighbours) EXPECT_THAT(Get(answer), IsOk());
  for (auto& answer : repeats) EXPECT_EQ(NameIn(Get(answer)), name);
  EXPECT_EQ(store_.report_count(), 29u);
}

TEST_F(GroupCommitTest, OneBadRequestStandsAlone) {
  Make();
  store_.RefuseWhere([](const NewReport& report) { return report.company == "bad"; });
  std::vector<PendingAnswer> good;
  for (int i = 0; i < 13; ++i) good.push_back(client_->Send(Numbered(i)));
  auto request = Numbered(50);
  request.mutable_report()->set_company("bad");
  auto bad = client_->Send(request);
  for (int i = 13; i < 31; ++i) good.push_back(client_->Send(Numbered(i)));
  writer_->Start();
  EXPECT_THAT(Get(bad), StatusIs(StatusCode::kInternal));
  for (auto& answer : good) EXPECT_THAT(Get(answer), IsOk());
  EXPECT_EQ(store_.report_count(), 31u);
}

TEST_F(GroupCommitTest, AnOutageFailsTheBatchOnceAndIsToldToAll) {
  Make();
  store_.FailNext({absl::UnavailableError("gone")});
  std::vector<PendingAnswer> answers;
  for (int i = 0; i < 5; ++i) answers.push_back(client_->Send(Numbered(i)));
  writer_->Start();
  for (auto& answer : answers) EXPECT_THAT(Get(answer), StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(store_.report_count(), 0u);
  auto after = client_->Send(Numbered(0));  // the same id again, as clients do
  EXPECT_THAT(Get(after), IsOk());
}

TEST_F(GroupCommitTest, KnowsItsOwnRowsAfterACommitOfUnknownOutcome) {
  Make();
  // The transaction runner reruns and meets its own rows.
  store_.FailNext({absl::AlreadyExistsError("its own"), /*written=*/true});
  std::vector<PendingAnswer> answers;
  for (int i = 0; i < 5; ++i) answers.push_back(client_->Send(Numbered(i)));
  writer_->Start();
  for (auto& answer : answers) EXPECT_THAT(Get(answer), IsOk());
  EXPECT_EQ(store_.report_count(), 5u);
  writer_->Stop();
  EXPECT_EQ(commits_, 1);  // the relay is woken for them all the same
}

TEST_F(GroupCommitTest, AKeyThatExistsWithoutAnAnswerEnds) {
  Make();
  for (int i = 0; i < 30; ++i) store_.FailNext({absl::AlreadyExistsError("another key")});
  auto answer = client_->Send(Numbered(1));
  writer_->Start();
  EXPECT_THAT(Get(answer), StatusIs(StatusCode::kInternal));
}

TEST_F(GroupCommitTest, WhatIsTooLateIsNotWritten) {
  Make();
  auto late = client_->Send(Numbered(1), TestNow() + absl::Seconds(1));
  auto timely = client_->Send(Numbered(2), TestNow() + absl::Seconds(60));
  clock_.Advance(absl::Seconds(2));
  writer_->Start();
  EXPECT_THAT(Get(late), StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_THAT(Get(timely), IsOk());
  EXPECT_EQ(store_.report_count(), 1u);
}

TEST_F(GroupCommitTest, AFullQueueRefusesAtOnceButKeepsRoomForDanger) {
  Make({.writers = 1, .max_batch = 64, .max_queue = 16});
  std::vector<PendingAnswer> taken;
  for (int i = 0; i < 16; ++i) taken.push_back(client_->Send(Numbered(i)));
  auto refused = client_->Send(Numbered(16));
  const auto status = Get(refused);
  EXPECT_THAT(status, StatusIs(StatusCode::kResourceExhausted));
  EXPECT_THAT(status, HasReason(mamori::v1::ERROR_REASON_OVERLOADED));
  auto danger = Numbered(17);
  danger.mutable_report()->set_immediate_danger(true);
  for (int i = 0; i < 3; ++i) {  // an eighth and one more
    danger.set_request_id("danger-000" + std::to_string(i));
    taken.push_back(client_->Send(danger));
  }
  danger.set_request_id("danger-0009");
  auto too_many = client_->Send(danger);
  EXPECT_THAT(Get(too_many), StatusIs(StatusCode::kResourceExhausted));
  EXPECT_EQ(writer_->waiting(), 19u);
  writer_->Start();
  for (auto& answer : taken) EXPECT_THAT(Get(answer), IsOk());
}

TEST_F(GroupCommitTest, AQueueOfLargeReportsIsFullSooner) {
  Make({.writers = 1, .max_batch = 64, .max_queue = 1000, .max_queue_bytes = 1 << 20});
  std::vector<PendingAnswer> taken;
  auto large = Numbered(0);
  large.mutable_report()->set_narrative(std::string(50 << 10, 'n'));
  for (int i = 0; i < 20; ++i) {
    large.set_request_id("large-00" + std::to_string(10 + i));
    taken.push_back(client_->Send(large));
  }
  large.set_request_id("large-0099");
  auto refused = client_->Send(large);
  EXPECT_THAT(Get(refused), HasReason(mamori::v1::ERROR_REASON_OVERLOADED));
  large.set_request_id("danger-0001");
  large.mutable_report()->set_immediate_danger(true);
  taken.push_back(client_->Send(large));
  EXPECT_EQ(writer_->waiting(), 21u);
  writer_->Start();
  for (auto& answer : taken) EXPECT_THAT(Get(answer), IsOk());
  // What was written takes no place any more.
  large.set_request_id("large-0100");
  large.mutable_report()->set_immediate_danger(false);
  auto later = client_->Send(large);
  EXPECT_THAT(Get(later), IsOk());
}

TEST_F(GroupCommitTest, DangerGoesFirst) {
  Make({.writers = 1, .max_batch = 1});
  std::vector<PendingAnswer> answers;
  answers.push_back(client_->Send(Numbered(1)));
  auto danger = Numbered(2);
  danger.mutable_report()->set_immediate_danger(true);
  answers.push_back(client_->Send(danger));
  std::vector<bool> order;
  store_.BeforeInsert([&](const auto& reports) { order.push_back(reports[0]->immediate_danger); });
  writer_->Start();
  for (auto& answer : answers) EXPECT_THAT(Get(answer), IsOk());
  EXPECT_THAT(order, ElementsAre(true, false));
}

TEST_F(GroupCommitTest, StopWritesWhatWaitsAndRefusesWhatComes) {
  Make({.writers = 2, .max_batch = 4});
  std::vector<PendingAnswer> answers;
  for (int i = 0; i < 50; ++i) answers.push_back(client_->Send(Numbered(i)));
  writer_->Start();
  writer_->Stop();
  for (auto& answer : answers) {
    ASSERT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    EXPECT_THAT(answer.get(), IsOk());
  }
  auto late = client_->Send(Numbered(99));
  EXPECT_THAT(Get(late), StatusIs(StatusCode::kUnavailable));
}

TEST_F(GroupCommitTest, WhatNeverHadAWriterIsToldSo) {
  Make();
  auto answer = client_->Send(Numbered(1));
  writer_.reset();
  EXPECT_THAT(Get(answer), StatusIs(StatusCode::kUnavailable));
}

TEST_F(GroupCommitTest, EveryBatchIsWrittenInTheOrderOfItsTimes) {
  Make({.writers = 1, .max_batch = 64});
  bool sorted = true;
  store_.BeforeInsert([&](const auto& reports) {
    for (size_t i = 1; i < reports.size(); ++i) {
      sorted &= reports[i - 1]->create_time < reports[i]->create_time;
    }
  });
  std::vector<PendingAnswer> answers;
  for (int i = 0; i < 64; ++i) {
    answers.push_back(client_->Send(Numbered(i), absl::InfiniteFuture(),
                                    TestNow() + absl::Microseconds(i * 37 % 64)));
  }
  writer_->Start();
  for (auto& answer : answers) EXPECT_THAT(Get(answer), IsOk());
  EXPECT_TRUE(sorted);
}

}  // namespace
}  // namespace mamori::intake
