#include "common/outbox/outbox.h"

#include <gtest/gtest.h>

#include <set>

#include "common/outbox/event_fixture.h"

namespace mamori::outbox {
namespace {

class OutboxTest : public EventFixture {
 protected:
  Backlog Measure(int64_t limit) {
    return Read<Backlog>([&](db::Tx& tx) { return MeasureBacklog(tx, limit); });
  }
};

TEST_F(OutboxTest, NothingLeavesBeforeTheCausingTransactionCommitted) {
  const absl::Status status = transactor().Run({}, [&](db::Tx& tx) -> absl::Status {
    EXPECT_TRUE(Append(tx, {EventOf(ids_.NewId(), 1)}).ok());
    return absl::InternalError("the cause failed");
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(Measure(10).depth, 0);
}

TEST_F(OutboxTest, MeasuresUpToTheLimit) {
  EXPECT_EQ(Measure(10).depth, 0);
  EXPECT_EQ(Measure(10).oldest_micros, 0);
  std::vector<v1::Event> events;
  for (int i = 0; i < 20; ++i) events.push_back(EventOf(ids_.NewId(), 1));
  AppendAll(events);
  EXPECT_EQ(Measure(100).depth, 20);
  EXPECT_EQ(Measure(10).depth, 10);
  EXPECT_EQ(Measure(10).oldest_micros / 1'000'000, absl::ToUnixSeconds(clock_.Now()));
}

// One that its receiver will not take for now says nothing about how fast the others pass.
TEST_F(OutboxTest, WhatIsHeldBackAgesNothingUnlessItIsMuch) {
  std::vector<v1::Event> events;
  for (int i = 0; i < kHeldAtMost + 2; ++i) events.push_back(EventOf(ids_.NewId(), 1));
  events.back().mutable_event_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) - 3600);
  AppendAll(events);
  const db::Params last = db::Params().Add(events.back().subject_id());
  const int64_t hour_ago = Measure(5000).oldest_micros;
  database_.Execute("UPDATE outbox SET attempt_count = 9 WHERE subject_id = ?", last);
  EXPECT_EQ(Measure(5000).oldest_micros, hour_ago);
  database_.Execute("UPDATE outbox SET attempt_count = 10 WHERE subject_id = ?", last);
  EXPECT_EQ(Measure(5000).oldest_micros, hour_ago + 3'600'000'000);
  EXPECT_EQ(Measure(5000).depth, kHeldAtMost + 2);
  EXPECT_EQ(Measure(5000).held, 1);
  // All but one: so it is the receiver.
  database_.Execute("UPDATE outbox SET attempt_count = 10 WHERE subject_id <> ?",
                    db::Params().Add(events.front().subject_id()));
  EXPECT_EQ(Measure(5000).held, kHeldAtMost + 1);
  EXPECT_EQ(Measure(5000).oldest_micros, hour_ago);
}

TEST_F(OutboxTest, RefusesAnIncompleteEvent) {
  v1::Event event = EventOf(ids_.NewId(), 0);
  const absl::Status status = transactor().Run({}, [&](db::Tx& tx) { return Append(tx, {event}); });
  EXPECT_TRUE(absl::IsInternal(status)) << status;
}

TEST_F(OutboxTest, ShardsSpread) {
  std::set<int> shards;
  for (int i = 0; i < 200; ++i) {
    const int shard = ShardOf(ids_.NewId());
    EXPECT_GE(shard, 0);
    EXPECT_LT(shard, kShards);
    shards.insert(shard);
  }
  EXPECT_EQ(shards.size(), static_cast<size_t>(kShards));
}

}  // namespace
}  // namespace mamori::outbox
