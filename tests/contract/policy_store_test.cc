// The contract of PolicyStore, run on each service's own table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/policy/policy.h"
#include "common/policy/sql_policy_store.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"

namespace mamori::policy {
namespace {

using testing::IsOk;
using testing::StatusIs;

class PolicyStoreTest : public ::testing::TestWithParam<const char*> {
 protected:
  PolicyStoreTest()
      : database_(absl::StrCat("deploy/db/migrations/", GetParam())),
        store_(std::make_unique<SqlPolicyStore>(database_.transactor(), clock_)) {}

  std::unique_ptr<SqlPolicyStore> AnotherReplica() {
    return std::make_unique<SqlPolicyStore>(database_.transactor(), clock_);
  }

  std::shared_ptr<const PolicyVersion> Version(const std::string& title) {
    const auto loaded = LoadPolicyFile(testing::SourceRoot() + "/tests/harness/policy.textproto");
    EXPECT_THAT(loaded, IsOk());
    mamori::v1::Policy policy = (*loaded)->policy;
    policy.set_title(title);
    auto version = std::make_shared<PolicyVersion>(**loaded);
    version->policy = policy;
    version->bytes = policy.SerializeAsString();
    version->digest.assign(64, title.back());
    return version;
  }

  time::SystemClock clock_;
  testing::TestDatabase database_;
  std::unique_ptr<PolicyStore> store_;
};

TEST_P(PolicyStoreTest, AVersionComesBackByteForByte) {
  const auto version = Version("policy 1");
  ASSERT_THAT(store_->Put(*version), IsOk());
  const auto bytes = AnotherReplica()->GetBytes(version->digest);
  ASSERT_THAT(bytes, IsOk());
  EXPECT_EQ(*bytes, version->bytes);
}

TEST_P(PolicyStoreTest, AnUnknownDigestIsNotFound) {
  EXPECT_THAT(store_->GetBytes(std::string(64, '0')), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(PolicyStoreTest, AStoredVersionIsNeverChanged) {
  const auto first = Version("policy 1");
  auto other = *Version("another policy 1");
  ASSERT_THAT(store_->Put(*first), IsOk());
  EXPECT_THAT(store_->Put(*first), IsOk());
  (void)store_->Put(other);  // whatever it answers, what is there stays
  EXPECT_EQ(*store_->GetBytes(first->digest), first->bytes);
}

TEST_P(PolicyStoreTest, ReplicasThatStartTogetherStoreTheSameVersion) {
  const auto version = Version("policy 1");
  std::vector<std::thread> replicas;
  std::vector<absl::Status> results(4);
  for (absl::Status& result : results) {
    replicas.emplace_back([&] { result = AnotherReplica()->Put(*version); });
  }
  for (std::thread& replica : replicas) replica.join();
  for (const absl::Status& result : results) EXPECT_THAT(result, IsOk());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM policy_version"), 1);
}

INSTANTIATE_TEST_SUITE_P(Services, PolicyStoreTest, ::testing::Values("triage", "notification"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace mamori::policy
