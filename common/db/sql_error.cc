#include "common/db/sql_error.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/db/transaction.h"

namespace mamori::db {
namespace {

// Payloads travel with the Status inside the process only; the map to grpc::Status drops unknown
// ones.
constexpr char kNumberPayload[] = "mamori.db/error-number";
constexpr char kUnknownPayload[] = "mamori.db/commit-unknown";

constexpr SqlErrorKind Conflict(const char* text) {
  return {absl::StatusCode::kAborted, true, false, false, text};
}

constexpr SqlErrorKind Lost(const char* text) {
  return {absl::StatusCode::kUnavailable, true, true, false, text};
}

constexpr SqlErrorKind Final(absl::StatusCode code, const char* text) {
  return {code, false, false, false, text};
}

constexpr SqlErrorKind OfStatement(int number) {
  switch (number) {
    case 0:
      return {absl::StatusCode::kInternal, false, true, false, "failure inside the driver"};
    case 1213:
      return Conflict("deadlock, or a lost certification");
    case 1205:
      return Conflict("lock wait timed out");
    case 1020:
      return Conflict("row changed since it was read");
    case 1317:
      return Conflict("statement interrupted");
    case 1412:
    case 1615:
      return Conflict("table definition changed");
    case 3101:
      return Conflict("rolled back during commit by the cluster");
    case 1040:
    case 1203:
    case 1226:
      return Lost("no connection left at the server");
    case 1047:
      return Lost("node does not serve now");
    case 1053:
      return Lost("server is shutting down");
    case 1290:
    case 1836:
      return Lost("server is read-only");
    case 1927:
    case 3169:
      return Lost("connection was killed");
    case 1129:
    case 2002:
    case 2003:
    case 2005:
    case 2026:
      return Lost("server cannot be reached, or not trusted");
    case 1158:
    case 1159:
    case 1160:
    case 1161:
    case 1184:
    case 2006:
    case 2013:
    case 2055:
    case 4031:
      return Lost("connection lost");
    // To try again at once helps nobody; the caller may later.
    case 1021:
    case 1030:
    case 1114:
      return Final(absl::StatusCode::kUnavailable, "no room left at the server");
    case 1969:
    case 3024:
      return Final(absl::StatusCode::kDeadlineExceeded, "statement took too long");
    case 1062:
    case 1586:
      return Final(absl::StatusCode::kAlreadyExists, "a row with this key exists");
    case 1451:
    case 1452:
      return Final(absl::StatusCode::kFailedPrecondition, "a referenced row forbids it");
    case 3819:
    case 4025:
      return Final(absl::StatusCode::kFailedPrecondition, "a CHECK constraint forbids it");
    case 1366:
      return Final(absl::StatusCode::kInvalidArgument, "value is not valid text");
    case 1406:
      return Final(absl::StatusCode::kInvalidArgument, "value is too long");
  }
  // 2000..2999 are the client library's own: the state of the connection is not known then.
  const bool client_side = number >= 2000 && number < 3000;
  return {absl::StatusCode::kInternal, false, client_side, false, "unexpected"};
}

// Errors that leave open whether the server had committed before it (or the network) failed. A
// refusal that the server decides before it commits (conflict, read-only) is not among them.
constexpr bool LeavesCommitOpen(int number) {
  switch (number) {
    case 1290:
    case 1836:
      return false;
    case 0:     // the driver broke while it waited for the answer
    case 1180:  // "error during COMMIT"
    case 1317:  // interrupted between engine and binary log
    case 1969:
    case 3024:  // timed out, perhaps while waiting for a replica
      return true;
  }
  const SqlErrorKind kind = OfStatement(number);
  return kind.new_connection;
}

}  // namespace

SqlErrorKind ClassifySqlError(int number, SqlPhase phase) {
  if (phase == SqlPhase::kCommit && LeavesCommitOpen(number)) {
    return {absl::StatusCode::kUnavailable, false, true, true, "the outcome of COMMIT is unknown"};
  }
  return OfStatement(number);
}

absl::Status SqlErrorStatus(int number, SqlPhase phase) {
  const SqlErrorKind kind = ClassifySqlError(number, phase);
  absl::Status status(kind.code, absl::StrCat("database error ", number, ": ", kind.text));
  status.SetPayload(kNumberPayload, absl::Cord(absl::StrCat(number)));
  if (kind.commit_unknown) status.SetPayload(kUnknownPayload, absl::Cord("1"));
  return status;
}

int SqlErrorNumber(const absl::Status& status) {
  const auto payload = status.GetPayload(kNumberPayload);
  int number = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &number)) return 0;
  return number;
}

bool IsRerunnable(const absl::Status& status) {
  const int number = SqlErrorNumber(status);
  return number != 0 && !IsCommitUnknown(status) &&
         ClassifySqlError(number, SqlPhase::kStatement).rerun;
}

bool IsCommitUnknown(const absl::Status& status) {
  return status.GetPayload(kUnknownPayload).has_value();
}

}  // namespace mamori::db
