#include "common/db/tx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace mamori::db {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FakeTx final : public Tx {
 public:
  absl::StatusOr<int64_t> Execute(const std::string& sql, const Params& params) override {
    texts.push_back(sql);
    sizes.push_back(params.size());
    return columns > 0 ? static_cast<int64_t>(params.size() / columns) : found;
  }
  absl::StatusOr<Rows> Query(const std::string&, const Params&) override { return Rows(); }

  size_t columns = 0;  // of an INSERT: every row is inserted
  int64_t found = 1;
  std::vector<std::string> texts;
  std::vector<size_t> sizes;
};

TEST(InsertRows, SendsChunksOfFewSizes) {
  FakeTx tx;
  tx.columns = 2;
  std::vector<Params> rows(64 + 64 + 48 + 8 + 2, Params().Add(1).AddNull());
  ASSERT_TRUE(tx.InsertRows("INSERT INTO t (a, b) VALUES ", rows).ok());
  EXPECT_THAT(tx.sizes, ElementsAre(128, 128, 96, 16, 4));
  EXPECT_EQ(tx.texts[4], "INSERT INTO t (a, b) VALUES (?,?),(?,?)");
}

TEST(InsertRows, WritesEachRowOnceInOrder) {
  for (size_t count = 1; count <= 200; ++count) {
    FakeTx tx;
    tx.columns = 1;
    std::vector<size_t> written;
    ASSERT_TRUE(tx.InsertRows("INSERT INTO t (a) VALUES ", count, [&](size_t i, Params& params) {
                    written.push_back(i);
                    params.Add(static_cast<int64_t>(i));
                  }).ok());
    ASSERT_EQ(written.size(), count);
    EXPECT_TRUE(std::is_sorted(written.begin(), written.end()));
    size_t sent = 0;
    for (const size_t size : tx.sizes) sent += size;
    EXPECT_EQ(sent, count);
  }
}

// A server refuses a statement that is too large, and takes the connection with it.
TEST(InsertRows, AStatementEndsBehindAMebibyte) {
  FakeTx tx;
  tx.columns = 1;
  const std::string large(size_t{255} << 10, 'x');
  std::vector<size_t> written;
  ASSERT_TRUE(tx.InsertRows("INSERT INTO t (a) VALUES ", 12, [&](size_t i, Params& params) {
                  written.push_back(i);
                  params.AddView(large);
                }).ok());
  EXPECT_THAT(tx.sizes, ElementsAre(5, 5, 2));
  EXPECT_EQ(written.size(), 12);
  EXPECT_TRUE(std::is_sorted(written.begin(), written.end()));
}

TEST(InsertRows, RefusesWhenARowWasNotInserted) {
  FakeTx tx;
  const std::vector<Params> rows(2, Params().Add("secret"));
  const absl::Status status = tx.InsertRows("INSERT INTO t (a) VALUES ", rows);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("1 rows, want 2"));
  EXPECT_EQ(status.message().find("secret"), absl::string_view::npos);
}

TEST(InsertRows, NothingIsNoStatement) {
  FakeTx tx;
  ASSERT_TRUE(tx.InsertRows("INSERT", {}).ok());
  EXPECT_TRUE(tx.texts.empty());
}

TEST(InsertRows, RefusesUnequalRows) {
  FakeTx tx;
  EXPECT_EQ(tx.InsertRows("INSERT", {Params().Add(1), Params().Add(1).Add(2)}).code(),
            absl::StatusCode::kInternal);
  EXPECT_TRUE(tx.texts.empty());
}

TEST(ExecuteExpecting, OtherNumberOfRowsIsInternal) {
  FakeTx tx;
  EXPECT_TRUE(tx.ExecuteExpecting(1, "UPDATE t", {}).ok());
  tx.found = 0;
  const absl::Status status = tx.ExecuteExpecting(1, "UPDATE t", Params().Add("secret"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("0 rows, want 1"));
  EXPECT_EQ(status.message().find("secret"), absl::string_view::npos);
}

TEST(Placeholders, JoinsQuestionMarks) {
  EXPECT_EQ(Placeholders(1), "?");
  EXPECT_EQ(Placeholders(3), "?,?,?");
}

TEST(Micros, RoundTripsAndKeepsMicroseconds) {
  const absl::Time time = absl::FromUnixMicros(1'800'000'000'123'456);
  EXPECT_EQ(FromMicros(ToMicros(time)), time);
  EXPECT_EQ(ToMicros(absl::UnixEpoch() - absl::Microseconds(1)), -1);
}

TEST(RowDeathTest, WrongKindTerminates) {
  const Row row({Value(std::string("x")), Value(int64_t{7}), Value(uint64_t{8}),
                 Value(std::numeric_limits<uint64_t>::max()), Value()});
  EXPECT_EQ(row.GetInt64(1), 7);
  EXPECT_EQ(row.GetInt64(2), 8);
  EXPECT_TRUE(row.IsNull(4));
  EXPECT_DEATH((void)row.GetInt64(0), "column 0");
  EXPECT_DEATH((void)row.GetInt64(3), "column 3");
  EXPECT_DEATH((void)row.GetBytes(1), "column 1");
}

}  // namespace
}  // namespace mamori::db
