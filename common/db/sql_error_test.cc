#include "common/db/sql_error.h"

#include <gtest/gtest.h>

#include "common/db/transaction.h"

namespace mamori::db {
namespace {

using absl::StatusCode;

struct Row {
  int number;
  StatusCode code;
  bool rerun;
  bool new_connection;
};

class ErrorTable : public ::testing::TestWithParam<Row> {};

TEST_P(ErrorTable, OfStatement) {
  const SqlErrorKind kind = ClassifySqlError(GetParam().number, SqlPhase::kStatement);
  EXPECT_EQ(kind.code, GetParam().code);
  EXPECT_EQ(kind.rerun, GetParam().rerun);
  EXPECT_EQ(kind.new_connection, GetParam().new_connection);
  EXPECT_FALSE(kind.commit_unknown);
  const absl::Status status = SqlErrorStatus(GetParam().number, SqlPhase::kStatement);
  EXPECT_EQ(IsRerunnable(status), GetParam().rerun);
  EXPECT_EQ(SqlErrorNumber(status), GetParam().number);
}

INSTANTIATE_TEST_SUITE_P(PlatformFacts5, ErrorTable,
                         ::testing::Values(Row{1213, StatusCode::kAborted, true, false},
                                           Row{1205, StatusCode::kAborted, true, false},
                                           Row{1020, StatusCode::kAborted, true, false},
                                           Row{1047, StatusCode::kUnavailable, true, true},
                                           Row{1021, StatusCode::kUnavailable, false, false},
                                           Row{1030, StatusCode::kUnavailable, false, false},
                                           Row{1114, StatusCode::kUnavailable, false, false},
                                           Row{1290, StatusCode::kUnavailable, true, true},
                                           Row{1927, StatusCode::kUnavailable, true, true},
                                           Row{2002, StatusCode::kUnavailable, true, true},
                                           Row{2003, StatusCode::kUnavailable, true, true},
                                           Row{2006, StatusCode::kUnavailable, true, true},
                                           Row{2013, StatusCode::kUnavailable, true, true},
                                           Row{2026, StatusCode::kUnavailable, true, true},
                                           Row{1969, StatusCode::kDeadlineExceeded, false, false},
                                           Row{3024, StatusCode::kDeadlineExceeded, false, false},
                                           Row{1062, StatusCode::kAlreadyExists, false, false},
                                           Row{1452, StatusCode::kFailedPrecondition, false, false},
                                           Row{4025, StatusCode::kFailedPrecondition, false, false},
                                           Row{3819, StatusCode::kFailedPrecondition, false, false},
                                           Row{1406, StatusCode::kInvalidArgument, false, false},
                                           Row{1792, StatusCode::kInternal, false, false},
                                           Row{1064, StatusCode::kInternal, false, false},
                                           Row{2014, StatusCode::kInternal, false, true},
                                           Row{0, StatusCode::kInternal, false, true}),
                         [](const auto& info) {
                           return "Error" + std::to_string(info.param.number);
                         });

TEST(SqlError, LostAnswerToCommitIsUnknownAndNotRerun) {
  for (int number : {0, 1047, 1053, 1180, 1317, 1927, 1969, 2002, 2006, 2013, 3024}) {
    const absl::Status status = SqlErrorStatus(number, SqlPhase::kCommit);
    EXPECT_EQ(status.code(), StatusCode::kUnavailable) << number;
    EXPECT_TRUE(IsCommitUnknown(status)) << number;
    EXPECT_FALSE(IsRerunnable(status)) << number;
    EXPECT_TRUE(ClassifySqlError(number, SqlPhase::kCommit).new_connection) << number;
    EXPECT_FALSE(IsCommitUnknown(SqlErrorStatus(number, SqlPhase::kStatement))) << number;
  }
}

TEST(SqlError, RefusedCommitIsKnown) {
  for (int number : {1213, 1205, 1290, 1836, 3101}) {
    const absl::Status status = SqlErrorStatus(number, SqlPhase::kCommit);
    EXPECT_FALSE(IsCommitUnknown(status)) << number;
    EXPECT_TRUE(IsRerunnable(status)) << number;
  }
}

TEST(SqlError, StatusOfABodyIsNeverRerun) {
  EXPECT_FALSE(IsRerunnable(absl::AbortedError("etag")));
  EXPECT_FALSE(IsRerunnable(absl::UnavailableError("database error 1213")));
  EXPECT_EQ(SqlErrorNumber(absl::AbortedError("database error 1213")), 0);
}

TEST(SqlError, MessageIsFixedText) {
  EXPECT_EQ(SqlErrorStatus(1062, SqlPhase::kStatement).message(),
            "database error 1062: a row with this key exists");
}

}  // namespace
}  // namespace mamori::db
