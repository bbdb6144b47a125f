#include "common/db/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/db/sql_error.h"

namespace mamori::db {
namespace {

using ::testing::ElementsAre;

// Applies items to `applied` unless one of them is negative: then nothing of the call takes effect.
struct Fake {
  mutable std::vector<int> applied;
  mutable int calls = 0;

  absl::Status operator()(absl::Span<const int> items) const {
    ++calls;
    for (int item : items) {
      if (item < 0) return absl::InvalidArgumentError(std::to_string(item));
    }
    applied.insert(applied.end(), items.begin(), items.end());
    return absl::OkStatus();
  }
};

std::vector<std::string> Apply(const std::vector<int>& items,
                               absl::FunctionRef<absl::Status(absl::Span<const int>)> apply) {
  std::vector<std::string> texts;
  for (const absl::Status& status : ApplyBatch<const int>(items, apply)) {
    texts.push_back(status.ok() ? "ok" : std::string(status.message()));
  }
  return texts;
}

TEST(ApplyBatch, GoodItemsAreOneCall) {
  Fake fake;
  EXPECT_THAT(Apply({1, 2, 3}, fake), ElementsAre("ok", "ok", "ok"));
  EXPECT_EQ(fake.calls, 1);
}

TEST(ApplyBatch, NothingIsNoCall) {
  Fake fake;
  EXPECT_THAT(Apply({}, fake), ElementsAre());
  EXPECT_EQ(fake.calls, 0);
}

TEST(ApplyBatch, BadItemsFailAloneAndOrderIsKept) {
  Fake fake;
  EXPECT_THAT(Apply({1, -2, 3, 4, 5, 6, -7}, fake),
              ElementsAre("ok", "-2", "ok", "ok", "ok", "ok", "-7"));
  EXPECT_THAT(fake.applied, ElementsAre(1, 3, 4, 5, 6));
}

TEST(ApplyBatch, OneBadOfSixtyFourCostsFewCalls) {
  Fake fake;
  std::vector<int> items(64, 1);
  items[63] = -1;
  const auto results = Apply(items, fake);
  EXPECT_EQ(results[63], "-1");
  EXPECT_EQ(fake.applied.size(), 63u);
  EXPECT_LE(fake.calls, 13);
}

TEST(ApplyBatch, OutageFailsAllWithoutHalving) {
  for (const absl::Status& outage :
       {absl::UnavailableError("x"), absl::DeadlineExceededError("x"), absl::CancelledError("x"),
        absl::ResourceExhaustedError("x")}) {
    int calls = 0;
    const auto results = Apply({1, 2, 3, 4}, [&](absl::Span<const int>) {
      ++calls;
      return outage;
    });
    EXPECT_THAT(results, ElementsAre("x", "x", "x", "x"));
    EXPECT_EQ(calls, 1) << outage;
  }
}

TEST(ApplyBatch, ConflictOfTheServerFailsAllButOneOfTheBodyOnlyItsItem) {
  int calls = 0;
  (void)Apply({1, 2}, [&](absl::Span<const int>) {
    ++calls;
    return SqlErrorStatus(1213, SqlPhase::kStatement);
  });
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(Apply({1, 2},
                    [&](absl::Span<const int> items) {
                      return items[0] == 1 ? absl::AbortedError("etag") : absl::OkStatus();
                    }),
              ElementsAre("etag", "ok"));
}

TEST(ApplyBatch, OutageWhileHalvingEndsIt) {
  int calls = 0;
  const auto results = Apply({-1, 2, 3, 4}, [&](absl::Span<const int> items) {
    ++calls;
    if (items.size() == 1 && items[0] == 2) return absl::UnavailableError("down");
    if (items[0] == -1) return absl::InvalidArgumentError("bad");
    return absl::OkStatus();
  });
  EXPECT_THAT(results, ElementsAre("bad", "down", "down", "down"));
  EXPECT_EQ(calls, 4);
}

}  // namespace
}  // namespace mamori::db
