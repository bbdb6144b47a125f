#include "common/policy/sql_policy_store.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "common/time/clock.h"

namespace mamori::policy {
namespace {

using testing::IsOk;
using testing::StatusIs;

TEST(SqlPolicyStore, KeepsAVersionOnceHoweverManyStoreIt) {
  testing::TestDatabase database("deploy/db/migrations/triage");
  time::SystemClock clock;
  SqlPolicyStore store(database.transactor(), clock);
  PolicyVersion version;
  version.digest = std::string(64, 'a');
  version.bytes = std::string("a\0b", 3);
  EXPECT_THAT(store.GetBytes(version.digest), StatusIs(absl::StatusCode::kNotFound));
  std::vector<absl::Status> results(4);
  std::vector<std::thread> threads;
  for (absl::Status& result : results) {
    threads.emplace_back([&] { result = store.Put(version); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& result : results) EXPECT_THAT(result, IsOk());
  EXPECT_THAT(store.Put(version), IsOk());
  EXPECT_EQ(database.Number("SELECT COUNT(*) FROM policy_version"), 1);
  const auto bytes = store.GetBytes(version.digest);
  ASSERT_THAT(bytes, IsOk());
  EXPECT_EQ(*bytes, version.bytes);
}

}  // namespace
}  // namespace mamori::policy
