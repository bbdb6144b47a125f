#include "common/db/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "common/db/connection.h"
#include "common/id/id.h"
#include "common/testing/test_database.h"

namespace mamori::db {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Directory {
 public:
  Directory()
      : path_(std::filesystem::temp_directory_path() / id::ToText(id::RandomIdSource().NewId())) {
    std::filesystem::create_directory(path_);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory& With(const std::string& file, const std::string& text) {
    std::ofstream(path_ / file, std::ios::binary) << text;
    return *this;
  }
  void Remove(const std::string& file) { std::filesystem::remove(path_ / file); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

struct BadFile {
  const char* name;
  const char* file;
  const char* text;
};
class BadFiles : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadFiles, AreNamed) {
  Directory directory;
  directory.With("0001_a.sql", "CREATE TABLE a (i INT)").With(GetParam().file, GetParam().text);
  const auto read = ReadMigrations(directory.path());
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(read.status().message()),
              ::testing::AnyOf(HasSubstr(GetParam().file), HasSubstr("0001_a.sql")));
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadFiles,
    ::testing::Values(BadFile{"NoNumber", "create.sql", "SELECT 1"},
                      BadFile{"ShortNumber", "002_b.sql", "SELECT 1"},
                      BadFile{"Zero", "0000_b.sql", "SELECT 1"},
                      BadFile{"UpperCase", "0002_B.sql", "SELECT 1"},
                      BadFile{"OtherSuffix", "0002_b.sq", "SELECT 1"},
                      BadFile{"Doubled", "0001_b.sql", "SELECT 1"},
                      BadFile{"Empty", "0002_b.sql", ""},
                      BadFile{"OnlyComment", "0002_b.sql", "-- nothing; here\n/* ; */ ;"},
                      BadFile{"TwoStatements", "0002_b.sql", "DROP TABLE a; DROP TABLE b;"}),
    [](const auto& info) { return info.param.name; });

TEST(ReadMigrations, SortsAndSeesThroughQuotes) {
  Directory directory;
  directory
      .With("0010_b.sql",
            "-- a; b\nCREATE TABLE b (c CHAR(9) DEFAULT ';\\';') COMMENT \"x;y\"; -- end\n")
      .With("0002_a.sql", "CREATE TABLE `a;b` (i INT) /* ; */");
  const auto read = ReadMigrations(directory.path());
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(read->at(0).version, 2);
  EXPECT_EQ(read->at(1).name, "b");
  EXPECT_EQ(read->at(1).checksum.size(), 64u);
}

class ApplyTest : public ::testing::Test {
 protected:
  ApplyTest() {
    directory_.With("0001_a.sql", "CREATE TABLE a (i INT PRIMARY KEY)")
        .With("0003_b.sql", "CREATE TABLE b (i INT PRIMARY KEY);\n");
  }
  absl::StatusOr<std::vector<int>> Apply() {
    const auto migrations = ReadMigrations(directory_.path());
    if (!migrations.ok()) return migrations.status();
    return ApplyMigrations(database_.pool(), *migrations, clock_);
  }
  void ExpectRefused(const std::string& file) {
    const absl::Status status = Apply().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(file));
  }

  testing::TestDatabase database_;
  time::FakeClock clock_;
  Directory directory_;
};

TEST_F(ApplyTest, AppliesWhatIsMissingOnce) {
  EXPECT_EQ(CheckSchemaVersion(database_.pool(), 1).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(*Apply(), ElementsAre(1, 3));
  EXPECT_THAT(*Apply(), IsEmpty());
  directory_.With("0004_c.sql", "ALTER TABLE b ADD COLUMN n INT");
  EXPECT_THAT(*Apply(), ElementsAre(4));
  EXPECT_EQ(database_.Number("SELECT COUNT(n) FROM b"), 0);
  EXPECT_EQ(database_.Number("SELECT apply_time FROM schema_migration WHERE version = 4"),
            ToMicros(clock_.Now()));
  EXPECT_TRUE(CheckSchemaVersion(database_.pool(), 4).ok());
  EXPECT_EQ(CheckSchemaVersion(database_.pool(), 5).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ApplyTest, RefusesAnEditedFile) {
  ASSERT_TRUE(Apply().ok());
  directory_.With("0003_b.sql", "CREATE TABLE b (i INT PRIMARY KEY, j INT);\n");
  ExpectRefused("0003_b.sql was edited");
}

TEST_F(ApplyTest, RefusesAFileThatSortsBeforeAnAppliedOne) {
  ASSERT_TRUE(Apply().ok());
  directory_.With("0002_late.sql", "CREATE TABLE late (i INT)");
  ExpectRefused("0002_late.sql is new");
}

TEST_F(ApplyTest, RefusesWhenAnAppliedFileIsMissing) {
  ASSERT_TRUE(Apply().ok());
  directory_.Remove("0003_b.sql");
  ExpectRefused("0003_b.sql was applied");
}

TEST_F(ApplyTest, NamesTheFileThatFailsAndGoesOnWhenItIsMended) {
  directory_.With("0004_c.sql", "ALTER TABLE nowhere ADD COLUMN n INT");
  const absl::Status status = Apply().status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("0004_c.sql: database error 1146"));
  EXPECT_EQ(CheckSchemaVersion(database_.pool(), 4).code(), absl::StatusCode::kFailedPrecondition);
  directory_.With("0004_c.sql", "ALTER TABLE b ADD COLUMN n INT");
  EXPECT_THAT(*Apply(), ElementsAre(4));
}

TEST_F(ApplyTest, GoesOnAfterACrashBetweenTheStatementAndItsRecord) {
  ASSERT_TRUE(Apply().ok());
  database_.Run("UPDATE schema_migration SET done = 0 WHERE version = 3");
  EXPECT_THAT(*Apply(), ElementsAre(3));
  EXPECT_TRUE(CheckSchemaVersion(database_.pool(), 3).ok());
}

TEST_F(ApplyTest, RefusesATableThatNoMigrationMade) {
  database_.Run("CREATE TABLE b (other INT)");
  EXPECT_FALSE(Apply().ok());
}

TEST_F(ApplyTest, TwoAtOnceApplyEachFileOnce) {
  for (int i = 10; i < 30; ++i) {
    const std::string n = std::to_string(i);
    directory_.With("00" + n + "_t.sql", "CREATE TABLE t" + n + " (i INT)");
  }
  std::vector<int> applied[4];
  std::vector<std::thread> threads;
  for (auto& mine : applied) {
    threads.emplace_back([&] {
      const auto result = Apply();
      ASSERT_TRUE(result.ok()) << result.status();
      mine = *result;
    });
  }
  for (std::thread& thread : threads) thread.join();
  size_t all = 0;
  for (const auto& mine : applied) all += mine.size();
  EXPECT_EQ(all, 22u);
}

}  // namespace
}  // namespace mamori::db
