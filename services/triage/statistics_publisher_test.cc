// Who counts months, and when: every month once, whatever went wrong before.
#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "services/triage/test_statistics_fixture.h"

namespace mamori::triage {
namespace {

using testing::IsOk;
using testing::IsOkAndHolds;

using StatisticsPublisherTest = StatisticsFixture;

TEST_F(StatisticsPublisherTest, WhatNobodyCountedInItsTurnIsCountedLater) {
  OpenMany(6, "a complaint", "2026-01-02T00:00:00Z");
  const time::FakeClock at(ParseMonthTime("2026-04-02T00:00:00Z"));
  StatisticsPublisher publisher(store_, keys_.sealer(), DefaultPolicy(), at);
  EXPECT_THAT(publisher.RunOnce(), IsOkAndHolds(true));
  EXPECT_THAT(publisher.RunOnce(), IsOkAndHolds(true));
  EXPECT_THAT(publisher.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Rows(*Read("statistics/2026-03"), "open_by_state")["RECEIVED"], 5);
  const auto january = Read("statistics/2026-01");
  ASSERT_THAT(january, IsOk());
  EXPECT_EQ(Rows(*january, "opened_by_company")["acme"], 6);
  EXPECT_EQ(Rows(*january, "opened_by_kind")["total"], 6);
  EXPECT_TRUE(Rows(*january, "open_by_state").empty());  // nobody can tell any more
  EXPECT_THAT(Read("statistics/2026-02"), IsOk());
  EXPECT_EQ(Read("statistics/2025-12").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(StatisticsPublisherTest, AClockThatIsAheadOfTheDatabasesCountsNothing) {
  OpenMany(6, "a complaint", "2026-04-01T00:00:00Z");
  const time::FakeClock ahead(ParseMonthTime("2027-04-02T00:00:00Z"));
  time::FakeClock database(ParseMonthTime("2026-04-30T00:00:00Z"));
  const TimeMarks marks(ahead, ids_, telemetry_, &database);
  StatisticsPublisher publisher(store_, keys_.sealer(), DefaultPolicy(), ahead,
                                [&] { return marks.Believed(database_.transactor()); });
  EXPECT_THAT(publisher.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM statistics"), 0);
  // What is told by the day, which is another one elsewhere, is still to come.
  database.Advance(absl::Hours(24));
  EXPECT_THAT(publisher.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM statistics"), 0);
  database.Advance(absl::Hours(24));
  EXPECT_THAT(publisher.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM statistics"), 1);
}

TEST_F(StatisticsPublisherTest, OneThatCannotBeCountedKeepsBackNoOther) {
  OpenMany(6, "a complaint", "2026-04-01T00:00:00Z");
  // A tenant that comes first, with a record that nobody can open.
  database_.Execute("UPDATE case_record SET tenant = 'a' ORDER BY case_id LIMIT 1");
  Record(WorkKind::kConclusion, ids_.NewId(), ids_.NewId(), 1,
         ConclusionOf(v1::FACT_OUTCOME_SUBSTANTIATED));
  database_.Execute("UPDATE case_work SET tenant = 'a', body = 'x'");
  const time::FakeClock at(ParseMonthTime("2026-05-02T00:00:00Z"));
  StatisticsPublisher publisher(store_, keys_.sealer(), DefaultPolicy(), at);
  EXPECT_THAT(publisher.RunOnce(), IsOkAndHolds(true));
  EXPECT_THAT(Read("statistics/2026-04"), IsOk());
  // Then it is told that there is one.
  EXPECT_FALSE(publisher.RunOnce().ok());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM statistics"), 1);
  // Put right, it is counted.
  database_.Execute("DELETE FROM case_work");
  EXPECT_THAT(publisher.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM statistics"), 2);
}

TEST_F(StatisticsPublisherTest, OneOfManyReplicasCounts) {
  OpenMany(6, "a complaint", "2026-04-01T00:00:00Z");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      SqlStatisticsStore replica(database_.transactor(), clock_, ids_);
      EXPECT_THAT(Publish(replica, "2026-05-02T00:00:00Z"), IsOk());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM statistics"), 1);
  // One whose time is over writes nothing.
  database_.Execute("UPDATE lease SET expire_time = 0");
  const auto now = ParseMonthTime("2026-06-01T00:00:00Z");
  const auto old = store_.TryLease(absl::ZeroDuration());
  ASSERT_TRUE(old.ok() && old->has_value());
  SqlStatisticsStore other(database_.transactor(), clock_, ids_);
  ASSERT_TRUE(other.TryLease(absl::Minutes(1))->has_value());
  EXPECT_EQ(store_.Publish(**old, "t", 202605, v1::Statistics(), now).code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace mamori::triage
