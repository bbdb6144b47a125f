#include "common/db/connection.h"

#include <cppconn/connection.h>
#include <cppconn/datatype.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/parameter_metadata.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>

#include <algorithm>
#include <exception>
#include <istream>
#include <list>
#include <streambuf>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace mamori::db {
namespace {

constexpr size_t kMaxPrepared = 256;
constexpr absl::Duration kReadMargin = absl::Seconds(2);
constexpr int kUnknownVariable = 1193;
constexpr int kNeedsReprepare = 1615;

sql::Driver* Driver() {
  // The first call registers the driver and is not thread safe; a static's initialisation is.
  static sql::Driver* const driver = get_driver_instance();
  return driver;
}

// The client library keeps state per thread.
struct DriverThread {
  DriverThread() { Driver()->threadInit(); }
  ~DriverThread() { Driver()->threadEnd(); }
};

void EnterDriver() { thread_local DriverThread thread; }

int WholeSeconds(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)));
  return static_cast<int>(std::clamp<int64_t>(seconds, 1, 86'400));
}

enum class Kind { kSigned, kUnsigned, kDecimal, kBytes };

Kind KindOf(sql::ResultSetMetaData& meta, unsigned column) {
  switch (meta.getColumnType(column)) {
    case sql::DataType::TINYINT:
    case sql::DataType::SMALLINT:
    case sql::DataType::MEDIUMINT:
    case sql::DataType::INTEGER:
    case sql::DataType::BIGINT:
    case sql::DataType::YEAR:
      return meta.isSigned(column) ? Kind::kSigned : Kind::kUnsigned;
    case sql::DataType::DECIMAL:
    case sql::DataType::NUMERIC:
      return Kind::kDecimal;
    default:
      return Kind::kBytes;
  }
}

Value Read(sql::ResultSet& result, unsigned column, Kind kind) {
  if (result.isNull(column)) return std::monostate{};
  switch (kind) {
    case Kind::kSigned:
      return static_cast<int64_t>(result.getInt64(column));
    case Kind::kUnsigned:
      return static_cast<uint64_t>(result.getUInt64(column));
    case Kind::kDecimal: {
      // SUM() of integers is a DECIMAL: whole numbers come back as the integers they are.
      std::string text = result.getString(column).asStdString();
      int64_t number = 0;
      if (absl::SimpleAtoi(text, &number)) return number;
      return text;
    }
    case Kind::kBytes:
      return result.getString(column).asStdString();
  }
  return std::monostate{};
}

struct Prepared {
  std::string sql;
  std::unique_ptr<sql::PreparedStatement> statement;
  size_t parameters = 0;
};

// Above this the driver sends a value in pieces, apart from its statement.
constexpr size_t kLongValue = 256 * 1024;

// A long value where it lies: the driver would copy it twice, and keep one copy with the statement.
class LongValue final : public std::streambuf {
 public:
  explicit LongValue(std::string_view bytes) : stream_(this) {
    char* const begin = const_cast<char*>(bytes.data());  // only read
    setg(begin, begin, begin + bytes.size());
  }
  std::istream* stream() { return &stream_; }

 private:
  std::istream stream_;
};

// The values of one call, bound to its statement until the call is over.
class Bound {
 public:
  explicit Bound(const Prepared& prepared) : statement_(*prepared.statement) {}
  ~Bound() {
    if (long_.empty()) return;
    try {
      statement_.clearParameters();
    } catch (const sql::SQLException&) {
      // Of a connection that is closed.
    }
  }
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;

  void SetBytes(unsigned index, std::string_view bytes) {
    if (bytes.size() > kLongValue) {
      statement_.setBlob(index, long_.emplace_back(bytes).stream());
    } else {
      statement_.setString(index, sql::SQLString(bytes.data(), bytes.size()));
    }
  }

 private:
  sql::PreparedStatement& statement_;
  std::list<LongValue> long_;
};

// False when the number of values is wrong: the driver would send a value of an earlier call for a
// missing one.
bool Bind(const Prepared& prepared, const Params& params, Bound& bound) {
  if (params.size() != prepared.parameters) return false;
  sql::PreparedStatement& statement = *prepared.statement;
  unsigned index = 0;
  for (const Parameter& value : params.values()) {
    ++index;
    if (const auto* bytes = std::get_if<std::string>(&value)) {
      bound.SetBytes(index, *bytes);
    } else if (const auto* view = std::get_if<std::string_view>(&value)) {
      bound.SetBytes(index, *view);
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
      statement.setInt64(index, *number);
    } else if (const auto* natural = std::get_if<uint64_t>(&value)) {
      statement.setUInt64(index, *natural);
    } else {
      statement.setNull(index, sql::DataType::SQLNULL);
    }
  }
  return true;
}

// Duplicates, conflicts and time-outs are everyday answers that leave the statement as it was.
bool MustPrepareAgain(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInternal || SqlErrorNumber(status) == kNeedsReprepare;
}

absl::Status WrongCount(const std::string& sql, const Params& params) {
  return absl::InternalError(absl::StrCat(params.size(), " values do not fit ", sql));
}

// The statements last used, by text.
class StatementCache {
 public:
  Prepared& Get(sql::Connection& connection, const std::string& sql) {
    if (const auto found = by_text_.find(sql); found != by_text_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return entries_.front();
    }
    std::unique_ptr<sql::PreparedStatement> statement(connection.prepareStatement(sql));
    if (entries_.size() >= kMaxPrepared) {
      by_text_.erase(entries_.back().sql);
      entries_.pop_back();
    }
    const size_t parameters = statement->getParameterMetaData()->getParameterCount();
    entries_.push_front({sql, std::move(statement), parameters});
    by_text_.emplace(entries_.front().sql, entries_.begin());
    return entries_.front();
  }

  // For a statement that failed in a way after which its state is not known: it is prepared again.
  void Forget(const std::string& sql) {
    const auto found = by_text_.find(sql);
    if (found == by_text_.end()) return;
    const auto entry = found->second;
    by_text_.erase(found);
    entries_.erase(entry);
  }

 private:
  std::list<Prepared> entries_;
  std::unordered_map<std::string_view, std::list<Prepared>::iterator> by_text_;
};

}  // namespace

// Destroyed from the bottom up: statements before their connection.
struct Connection::Session {
  std::unique_ptr<sql::Connection> connection;
  std::unique_ptr<sql::Statement> plain;
  StatementCache prepared;
};

Connection::Connection(ConnectionOwner* owner)
    : session_(std::make_unique<Session>()), owner_(owner) {}

Connection::~Connection() {
  EnterDriver();  // closing speaks to the server, on whatever thread this is
  // Statements of a dead connection may throw while they close.
  (void)Guard(SqlPhase::kStatement, [this] { session_.reset(); });
}

template <typename F>
absl::Status Connection::Guard(SqlPhase phase, F&& call) {
  try {
    call();
    return absl::OkStatus();
  } catch (const sql::SQLException& error) {
    return Failed(error.getErrorCode(), phase);
  } catch (const std::exception&) {
    return Failed(0, phase);
  }
}

absl::Status Connection::Failed(int number, SqlPhase phase) {
  if (ClassifySqlError(number, phase).new_connection) broken_ = true;
  return SqlErrorStatus(number, phase);
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const PoolOptions& options,
                                                             const std::string& host, int port,
                                                             absl::Duration deadline_in,
                                                             ConnectionOwner* owner) {
  EnterDriver();
  std::unique_ptr<Connection> connection(new Connection(owner));
  sql::ConnectOptionsMap properties;
  properties["hostName"] = sql::SQLString(absl::StrCat("tcp://", host, ":", port));
  properties["userName"] = sql::SQLString(options.user);
  properties["password"] = sql::SQLString(options.password);
  properties["schema"] = sql::SQLString(options.schema);
  properties["CLIENT_FOUND_ROWS"] = true;
  properties["OPT_RECONNECT"] = false;
  properties["OPT_CONNECT_TIMEOUT"] = WholeSeconds(std::min(options.connect_timeout, deadline_in));
  properties["OPT_READ_TIMEOUT"] = WholeSeconds(options.statement_timeout + kReadMargin);
  properties["OPT_WRITE_TIMEOUT"] = WholeSeconds(options.statement_timeout + kReadMargin);
  if (!options.tls_ca_file.empty()) {
    properties["sslCA"] = sql::SQLString(options.tls_ca_file);
    properties["sslEnforce"] = true;
    properties["sslVerify"] = true;  // without it any certificate would do (platform-facts 8)
  }
  Session& session = *connection->session_;
  absl::Status opened = connection->Guard(SqlPhase::kStatement, [&] {
    session.connection.reset(Driver()->connect(properties));
    session.plain.reset(session.connection->createStatement());
  });
  if (opened.ok()) opened = connection->Pin(options.statement_timeout);
  if (!opened.ok()) return opened;
  return connection;
}

absl::Status Connection::Pin(absl::Duration statement_timeout) {
  const bool limited = statement_timeout < absl::Hours(24);
  // A lock wait ends well before the statement's own limit, so that it is told apart and rerun.
  const int lock_wait =
      limited ? WholeSeconds(statement_timeout / 2 - absl::Milliseconds(500)) : 60;
  // Beside a binlog MariaDB writes out each statement with its values, whether or not that is
  // logged; without escapes by backslash it copies sealed bytes instead of looking at each.
  absl::Status pinned = Run(absl::StrCat(
      "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
      "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_BACKSLASH_ESCAPES', time_zone = "
      "'+00:00', "
      "autocommit = 1, innodb_lock_wait_timeout = ",
      lock_wait));
  // Text is bytes here, and its encoding the services' own business: the server would read through
  // every value only to find that it may stay as it is.
  if (pinned.ok()) pinned = Run("SET NAMES binary");
  if (pinned.ok()) pinned = Run("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  // On a Galera cluster a read waits for what other nodes have committed: what was answered through
  // one node is seen through every other. Other servers do not know it, or do not mind.
  if (pinned.ok()) {
    pinned = Run("SET SESSION wsrep_sync_wait = 1");
    if (SqlErrorNumber(pinned) == kUnknownVariable) pinned = absl::OkStatus();
  }
  if (!pinned.ok()) return pinned;
  const double seconds = limited ? absl::ToDoubleSeconds(statement_timeout) : 0;
  pinned = Run(absl::StrFormat("SET SESSION max_statement_time = %.3f", seconds));
  if (SqlErrorNumber(pinned) != kUnknownVariable) return pinned;
  // MySQL: milliseconds, and SELECT only. Writes are bounded by the lock wait and the read
  // time-out.
  return Run(absl::StrFormat("SET SESSION max_execution_time = %.0f", 1000 * seconds));
}

absl::Status Connection::Begin() { return Run("START TRANSACTION"); }

absl::Status Connection::Commit() { return RunInPhase("COMMIT", SqlPhase::kCommit); }

absl::Status Connection::Rollback() {
  const absl::Status status = Run("ROLLBACK");
  if (!status.ok()) broken_ = true;
  return status;
}

absl::Status Connection::Run(const std::string& sql) {
  return RunInPhase(sql, SqlPhase::kStatement);
}

absl::Status Connection::RunInPhase(const std::string& sql, SqlPhase phase) {
  EnterDriver();
  return Guard(phase, [&] { session_->plain->execute(sql); });
}

absl::StatusOr<int64_t> Connection::Execute(const std::string& sql, const Params& params) {
  EnterDriver();
  int64_t found = 0;
  bool bound = false;
  const absl::Status status = Guard(SqlPhase::kStatement, [&] {
    const Prepared& prepared = session_->prepared.Get(*session_->connection, sql);
    Bound values(prepared);
    bound = Bind(prepared, params, values);
    if (bound) found = prepared.statement->executeUpdate();
  });
  if (!bound && status.ok()) return WrongCount(sql, params);
  if (status.ok()) return found;
  if (MustPrepareAgain(status)) session_->prepared.Forget(sql);
  return status;
}

absl::StatusOr<Rows> Connection::Query(const std::string& sql, const Params& params) {
  EnterDriver();
  Rows rows;
  bool bound = false;
  const absl::Status status = Guard(SqlPhase::kStatement, [&] {
    const Prepared& prepared = session_->prepared.Get(*session_->connection, sql);
    Bound values(prepared);
    bound = Bind(prepared, params, values);
    if (!bound) return;
    const std::unique_ptr<sql::ResultSet> result(prepared.statement->executeQuery());
    sql::ResultSetMetaData& meta = *result->getMetaData();
    std::vector<Kind> kinds(meta.getColumnCount());
    for (unsigned i = 0; i < kinds.size(); ++i) kinds[i] = KindOf(meta, i + 1);
    rows.reserve(result->rowsCount());
    while (result->next()) {
      std::vector<Value> columns(kinds.size());
      for (unsigned i = 0; i < kinds.size(); ++i) columns[i] = Read(*result, i + 1, kinds[i]);
      rows.emplace_back(std::move(columns));
    }
  });
  if (!bound && status.ok()) return WrongCount(sql, params);
  if (status.ok()) return rows;
  if (MustPrepareAgain(status)) session_->prepared.Forget(sql);
  return status;
}

}  // namespace mamori::db
