#include "common/worker/lease.h"

#include <gtest/gtest.h>

#include <thread>

#include "common/testing/test_database.h"
#include "common/time/clock.h"

namespace mamori::worker {
namespace {

const std::string kFirst(16, 'a');
const std::string kSecond(16, 'b');
constexpr absl::Duration kTtl = absl::Seconds(5);

class LeaseTest : public ::testing::Test {
 protected:
  std::optional<Lease> Take(const std::string& holder, std::string_view name = "relay/0") {
    auto lease = database_.transactor().Run<std::optional<Lease>>(
        {}, [&](db::Tx& tx) { return TryAcquire(tx, name, holder, clock_.Now(), kTtl); });
    EXPECT_TRUE(lease.ok()) << lease.status();
    return lease.ok() ? *lease : std::nullopt;
  }
  absl::Status Check(const Lease& lease) {
    return database_.transactor().Run({}, [&](db::Tx& tx) { return CheckFences(tx, {lease}); });
  }

  mamori::testing::TestDatabase database_{"deploy/db/migrations/notification"};
  time::FakeClock clock_;
};

TEST_F(LeaseTest, OneHolderAtATime) {
  const auto first = Take(kFirst);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->fence, 1);
  EXPECT_FALSE(Take(kSecond).has_value());
  clock_.Advance(kTtl - absl::Seconds(1));
  EXPECT_FALSE(Take(kSecond).has_value());
}

TEST_F(LeaseTest, RenewingKeepsTheFence) {
  ASSERT_TRUE(Take(kFirst).has_value());
  clock_.Advance(absl::Seconds(4));
  EXPECT_EQ(Take(kFirst)->fence, 1);
  clock_.Advance(absl::Seconds(4));
  EXPECT_FALSE(Take(kSecond).has_value()) << "it was renewed";
}

TEST_F(LeaseTest, AStaleHolderIsFencedOff) {
  const auto first = Take(kFirst);
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(Check(*first).ok());
  clock_.Advance(kTtl + absl::Seconds(1));
  EXPECT_TRUE(Check(*first).ok()) << "nobody took it";
  const auto second = Take(kSecond);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->fence, 2);
  EXPECT_TRUE(absl::IsFailedPrecondition(Check(*first)));
  EXPECT_TRUE(Check(*second).ok());
}

TEST_F(LeaseTest, SeveralAreRenewedAndFencedTogether) {
  std::vector<Lease> leases = {*Take(kFirst, "relay/0"), *Take(kFirst, "relay/1")};
  const auto renew = [&] {
    return database_.transactor().Run<bool>(
        {}, [&](db::Tx& tx) { return RenewAll(tx, leases, clock_.Now() + kTtl); });
  };
  const auto check = [&] {
    return database_.transactor().Run({}, [&](db::Tx& tx) { return CheckFences(tx, leases); });
  };
  clock_.Advance(absl::Seconds(4));
  EXPECT_TRUE(*renew());
  EXPECT_EQ(leases[1].expire_time, clock_.Now() + kTtl);
  clock_.Advance(absl::Seconds(4));
  EXPECT_FALSE(Take(kSecond, "relay/1").has_value()) << "it was renewed";
  EXPECT_TRUE(check().ok());
  clock_.Advance(kTtl);
  ASSERT_TRUE(Take(kSecond, "relay/1").has_value());
  EXPECT_TRUE(absl::IsFailedPrecondition(check())) << "one of two is lost";
  EXPECT_FALSE(*renew());
}

TEST_F(LeaseTest, ReleasingLetsAnotherTakeItAtOnce) {
  const auto first = Take(kFirst);
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(database_.transactor().Run({}, [&](db::Tx& tx) { return Release(tx, *first); }).ok());
  EXPECT_TRUE(Take(kSecond).has_value());
}

// Eight threads want the same new lease at once: exactly one has it.
TEST_F(LeaseTest, ARaceHasOneWinner) {
  for (int round = 0; round < 5; ++round) {
    std::atomic<int> winners = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        if (Take(std::string(16, static_cast<char>('a' + i))).has_value()) ++winners;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(winners, 1) << "round " << round;
    clock_.Advance(kTtl * 2);
  }
}

}  // namespace
}  // namespace mamori::worker
