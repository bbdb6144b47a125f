#include "common/worker/lease.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>

#include "common/db/database_time.h"
#include "common/testing/test_database.h"
#include "common/time/clock.h"

namespace mamori::worker {
namespace {

const std::string kFirst(16, 'a');
const std::string kSecond(16, 'b');
// Long, since the database's clock goes on while a test runs.
constexpr absl::Duration kTtl = absl::Hours(1);

class LeaseTest : public ::testing::Test {
 protected:
  std::optional<Lease> Take(const std::string& holder, std::string_view name = "relay/0",
                            absl::Duration ttl = kTtl) {
    auto lease = database_.transactor().Run<std::optional<Lease>>(
        {}, [&](db::Tx& tx) { return TryAcquire(tx, name, holder, ttl); });
    EXPECT_TRUE(lease.ok()) << lease.status();
    return lease.ok() ? *lease : std::nullopt;
  }
  // What is stored has waited that long.
  void Pass(absl::Duration by) {
    database_.Execute("UPDATE lease SET expire_time = expire_time - ?",
                      db::Params().Add(absl::ToInt64Microseconds(by)));
  }
  absl::Status Check(const Lease& lease) {
    return database_.transactor().Run({}, [&](db::Tx& tx) { return CheckFences(tx, {lease}); });
  }

  mamori::testing::TestDatabase database_{"deploy/db/migrations/notification"};
};

TEST_F(LeaseTest, OneHolderAtATime) {
  const auto first = Take(kFirst);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->fence, 1);
  EXPECT_FALSE(Take(kSecond).has_value());
  Pass(kTtl / 2);
  EXPECT_FALSE(Take(kSecond).has_value());
  Pass(kTtl / 2);
  EXPECT_TRUE(Take(kSecond).has_value());
}

// Not by the clock of this process, which tells it nothing: by the database's, to the length.
TEST_F(LeaseTest, ItLastsFromNowByTheDatabasesClock) {
  constexpr char kNow[] = "SELECT " MAMORI_DATABASE_NOW;
  const int64_t before = database_.Number(kNow);
  EXPECT_LT(absl::AbsDuration(db::FromMicros(before) - absl::Now()), absl::Hours(1));
  const std::vector<Lease> leases = {*Take(kFirst)};
  const auto expects = [&](int64_t from) {
    const int64_t expire = database_.Number("SELECT expire_time FROM lease");
    EXPECT_GE(expire, from + absl::ToInt64Microseconds(kTtl));
    EXPECT_LE(expire, database_.Number(kNow) + absl::ToInt64Microseconds(kTtl));
  };
  expects(before);
  for (const auto& renew : std::vector<std::function<void()>>{
           [&] { EXPECT_TRUE(Take(kFirst).has_value()); },
           [&] {
             EXPECT_TRUE(*database_.transactor().Run<bool>(
                 {}, [&](db::Tx& tx) { return RenewAll(tx, leases, kTtl); }));
           },
           [&] { EXPECT_TRUE(Take(kSecond).has_value()); }}) {
    Pass(kTtl);
    const int64_t now = database_.Number(kNow);
    renew();
    expects(now);
  }
}

// What a holder believes by its monotonic clock ends before another has it.
TEST_F(LeaseTest, NobodyIsSureOfItWhileAnotherHasIt) {
  constexpr absl::Duration kShort = absl::Milliseconds(20);
  const time::SystemClock clock;
  std::mutex mu;
  std::atomic<int64_t> newest = 0;
  std::vector<std::tuple<int64_t, absl::Duration, absl::Duration>> held;  // fence, from, until
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const std::string holder(16, static_cast<char>('a' + i));
      while (newest < 10) {
        const absl::Duration begin = clock.Monotonic();
        const auto lease = Take(holder, "relay/0", kShort);
        if (!lease.has_value()) continue;
        {
          std::lock_guard lock(mu);
          held.emplace_back(lease->fence, clock.Monotonic(), begin + kShort);
        }
        newest = std::max(newest.load(), lease->fence);
        std::this_thread::sleep_for(absl::ToChronoMilliseconds(kShort * 1.2));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<int64_t, absl::Duration> from, until;
  for (const auto& [fence, answered, sure_until] : held) {
    const auto first = from.try_emplace(fence, answered).first;
    first->second = std::min(first->second, answered);
    absl::Duration& last = until.try_emplace(fence, sure_until).first->second;
    last = std::max(last, sure_until);
  }
  EXPECT_GE(from.size(), 5u) << "it changed hands";
  for (const auto& [fence, answered] : from) {
    const auto before = until.find(fence - 1);
    if (before == until.end()) continue;
    EXPECT_GE(answered, before->second) << fence;
  }
}

TEST_F(LeaseTest, RenewingKeepsTheFence) {
  ASSERT_TRUE(Take(kFirst).has_value());
  Pass(kTtl * 3 / 4);
  EXPECT_EQ(Take(kFirst)->fence, 1);
  Pass(kTtl * 3 / 4);
  EXPECT_FALSE(Take(kSecond).has_value()) << "it was renewed";
}

TEST_F(LeaseTest, AStaleHolderIsFencedOff) {
  const auto first = Take(kFirst);
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(Check(*first).ok());
  Pass(kTtl);
  EXPECT_TRUE(Check(*first).ok()) << "nobody took it";
  const auto second = Take(kSecond);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->fence, 2);
  EXPECT_TRUE(absl::IsFailedPrecondition(Check(*first)));
  EXPECT_TRUE(Check(*second).ok());
}

TEST_F(LeaseTest, SeveralAreRenewedAndFencedTogether) {
  const std::vector<Lease> leases = {*Take(kFirst, "relay/0"), *Take(kFirst, "relay/1")};
  const auto renew = [&] {
    return database_.transactor().Run<bool>({},
                                            [&](db::Tx& tx) { return RenewAll(tx, leases, kTtl); });
  };
  const auto check = [&] {
    return database_.transactor().Run({}, [&](db::Tx& tx) { return CheckFences(tx, leases); });
  };
  Pass(kTtl * 3 / 4);
  EXPECT_TRUE(*renew());
  Pass(kTtl * 3 / 4);
  EXPECT_FALSE(Take(kSecond, "relay/1").has_value()) << "it was renewed";
  EXPECT_TRUE(check().ok());
  Pass(kTtl);
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
    Pass(kTtl);
  }
}

}  // namespace
}  // namespace mamori::worker
