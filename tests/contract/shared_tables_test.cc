// What holds for the tables of every service: the frame's tables are the same everywhere, and every
// other row has its tenant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/test_database.h"

namespace mamori {
namespace {

// Rows of these belong to no tenant: work on its way, keys that hold the tenant hashed, and
// versions and counters of the whole service. An audit entry names its tenant inside what is
// authenticated; what is written and signed together is of all tenants.
const std::set<std::string> kFrame = {
    "outbox",           "inbox",          "lease",       "request_id",  "policy_version",
    "schema_migration", "watch_head",     "audit_entry", "audit_group", "audit_checkpoint",
    "audit_leaf",       "audit_delivery", "time_mark",   "erased_key"};

class SharedTablesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const std::string service : {"intake", "triage", "notification"}) {
      Databases()[service] =
          std::make_unique<testing::TestDatabase>("deploy/db/migrations/" + service);
    }
  }
  static void TearDownTestSuite() { Databases().clear(); }

  using DatabaseOf = std::map<std::string, std::unique_ptr<testing::TestDatabase>>;
  static DatabaseOf& Databases() {
    static DatabaseOf databases;
    return databases;
  }

  static std::vector<std::string> TablesOf(testing::TestDatabase& database) {
    std::vector<std::string> tables;
    for (const db::Row& row : database.Query(
             "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
             " ORDER BY table_name")) {
      tables.push_back(row.GetBytes(0));
    }
    return tables;
  }
};

TEST_F(SharedTablesTest, TheFrameIsTheSameInEveryService) {
  std::map<std::string, std::string> first;
  for (const auto& [service, database] : Databases()) {
    for (const std::string& table : TablesOf(*database)) {
      if (kFrame.count(table) == 0 && table != "timer") continue;
      const std::string ddl =
          database->Query(absl::StrCat("SHOW CREATE TABLE ", table))[0].GetBytes(1);
      const auto [found, fresh] = first.emplace(table, ddl);
      EXPECT_EQ(found->second, ddl) << service << "." << table;
    }
  }
  EXPECT_EQ(first.count("outbox") + first.count("lease") + first.count("request_id"), 3u);
}

TEST_F(SharedTablesTest, EveryRowHasItsTenant) {
  for (const auto& [service, database] : Databases()) {
    for (const std::string& table : TablesOf(*database)) {
      if (kFrame.count(table) > 0) continue;
      EXPECT_EQ(database->Number("SELECT COUNT(*) FROM information_schema.columns WHERE "
                                 "table_schema = DATABASE() AND table_name = ? AND column_name = "
                                 "'tenant' AND data_type = 'varbinary' AND is_nullable = 'NO'",
                                 db::Params().Add(std::string_view(table))),
                1)
          << service << "." << table;
    }
  }
}

TEST_F(SharedTablesTest, EveryTableIsTransactional) {
  for (const auto& [service, database] : Databases()) {
    EXPECT_EQ(
        database->Number("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = "
                         "DATABASE() AND engine <> 'InnoDB'"),
        0)
        << service;
  }
}

}  // namespace
}  // namespace mamori
