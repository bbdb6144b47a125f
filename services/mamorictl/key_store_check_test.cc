#include "services/mamorictl/key_store_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/testing/matchers.h"
#include "common/testing/test_database.h"

namespace mamori::ctl {
namespace {

using ::mamori::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ServerFacts Good() {
  return {.place = "keys:3306 /keys/",
          .binlog = true,
          .sync_binlog = 1,
          .flush_log = 1,
          .history = absl::Hours(168),
          .replicas = 1};
}
const ServerFacts kDatabase = {.place = "cases:3306 /cases/"};

TEST(KeyStoreFaultsTest, EachFaultIsNamed) {
  EXPECT_THAT(KeyStoreFaults(Good(), kDatabase), IsEmpty());
  const struct {
    std::function<void(ServerFacts&)> change;
    const char* want;
  } rows[] = {
      {[](ServerFacts& f) { f.place = kDatabase.place; }, "is the server that has the content"},
      {[](ServerFacts& f) { f.binlog = false; }, "no binary log"},
      {[](ServerFacts& f) { f.sync_binlog = 0; }, "sync_binlog is 0"},
      {[](ServerFacts& f) { f.flush_log = 2; }, "innodb_flush_log_at_trx_commit is 2"},
      {[](ServerFacts& f) { f.history = absl::ZeroDuration(); }, "kept for ever"},
      {[](ServerFacts& f) { f.history += absl::Seconds(1); }, "kept 168 hours"},
      {[](ServerFacts& f) { f.replicas = 0; }, "nobody replicates it"},
  };
  for (const auto& row : rows) {
    ServerFacts facts = Good();
    row.change(facts);
    EXPECT_THAT(KeyStoreFaults(facts, kDatabase), ElementsAre(HasSubstr(row.want)));
  }
}

TEST(KeyStoreFaultsTest, AClusterIsReplicated) {
  ServerFacts facts = Good();
  facts.replicas = 0;
  facts.cluster_size = 3;
  EXPECT_THAT(KeyStoreFaults(facts, kDatabase), IsEmpty());
  facts.cluster_size = 1;
  EXPECT_THAT(KeyStoreFaults(facts, kDatabase), ElementsAre(HasSubstr("nobody replicates it")));
}

// The server of the tests is none to keep keys on.
TEST(ReadServerFactsTest, SaysHowARealServerIsRun) {
  testing::TestDatabase database;
  time::SystemClock clock;
  const auto facts = ReadServerFacts(database.transactor(), clock.Now() + absl::Seconds(10));
  ASSERT_THAT(facts, IsOk());
  EXPECT_THAT(facts->place, HasSubstr(":"));
  EXPECT_EQ(facts->replicas, 0);
  EXPECT_THAT(KeyStoreFaults(*facts, *facts),
              ::testing::IsSupersetOf({HasSubstr("is the server that has the content"),
                                       HasSubstr("nobody replicates it")}));
}

}  // namespace
}  // namespace mamori::ctl
