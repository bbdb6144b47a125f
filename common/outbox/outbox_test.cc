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
