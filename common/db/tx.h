// One open transaction, as the stores see it. Nothing here names the driver: common/db/*.cc alone
// does.
#ifndef MAMORI_COMMON_DB_TX_H_
#define MAMORI_COMMON_DB_TX_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mamori::db {

// A column. Bytes and text are both std::string.
using Value = std::variant<std::monostate, int64_t, uint64_t, std::string>;
// A bound parameter: binary safe, never escaped into SQL.
using Parameter = std::variant<std::monostate, int64_t, uint64_t, std::string, std::string_view>;

// Times are stored as BIGINT microseconds since the Unix epoch, UTC: the same in both dialects,
// free of session time zones and DATETIME rounding.
int64_t ToMicros(absl::Time time);
absl::Time FromMicros(int64_t micros);

// The values for the `?` of one statement, in order.
class Params {
 public:
  Params() = default;
  Params& Add(std::string_view bytes) {
    values_.emplace_back(std::string(bytes));
    return *this;
  }
  Params& Add(std::string&& bytes) {
    values_.emplace_back(std::move(bytes));
    return *this;
  }
  Params& Add(const char* text) { return Add(std::string_view(text)); }
  // Without a copy: the bytes outlive the statement.
  Params& AddView(std::string_view bytes) {
    values_.emplace_back(bytes);
    return *this;
  }
  Params& Add(int64_t number) {
    values_.emplace_back(number);
    return *this;
  }
  Params& Add(uint64_t number) {
    values_.emplace_back(number);
    return *this;
  }
  Params& Add(int number) { return Add(static_cast<int64_t>(number)); }
  Params& Add(unsigned number) { return Add(static_cast<int64_t>(number)); }
  Params& Add(bool flag) { return Add(static_cast<int64_t>(flag)); }
  Params& Add(absl::Time time) { return Add(ToMicros(time)); }
  Params& AddNull() {
    values_.emplace_back(std::monostate{});
    return *this;
  }
  // Appends every value, for `IN (?, ?, …)` built with Placeholders().
  Params& AddAll(const std::vector<std::string>& values) {
    for (const auto& v : values) Add(std::string_view(v));
    return *this;
  }
  // Appends the values of another list.
  Params& Append(const Params& other) {
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
    return *this;
  }
  void Reserve(size_t size) { values_.reserve(size); }
  size_t size() const { return values_.size(); }
  const std::vector<Parameter>& values() const { return values_; }

 private:
  std::vector<Parameter> values_;
};

// "?,?,?" for n values. Stores build IN lists with it; n is at least 1.
std::string Placeholders(size_t n);

// One row of a drained result. A column read as the wrong kind is a bug of the store: it
// terminates.
class Row {
 public:
  explicit Row(std::vector<Value> columns) : columns_(std::move(columns)) {}
  bool IsNull(size_t i) const { return std::holds_alternative<std::monostate>(columns_.at(i)); }
  int64_t GetInt64(size_t i) const;
  const std::string& GetBytes(size_t i) const;
  absl::Time GetTime(size_t i) const { return FromMicros(GetInt64(i)); }

 private:
  std::vector<Value> columns_;
};
using Rows = std::vector<Row>;

// The statements of one transaction, on one connection, by one thread. Statements are prepared once
// per connection and cached by their text, so texts are constants (or constants with Placeholders).
//
// Every error is already an absl::Status by the table in sql_error.h. A body returns it unchanged;
// the runner decides whether to run the body again.
class Tx {
 public:
  virtual ~Tx() = default;

  // Runs an INSERT, UPDATE or DELETE and returns the rows found (CLIENT_FOUND_ROWS: an UPDATE that
  // matches a row without changing it counts it).
  virtual absl::StatusOr<int64_t> Execute(const std::string& sql, const Params& params) = 0;

  // As Execute, and INTERNAL unless exactly `want` rows were found. For writes that must hit.
  absl::Status ExecuteExpecting(int64_t want, const std::string& sql, const Params& params);

  // Multi-row INSERTs: `head` ends with "VALUES " or with what a row is made of, "VALUES (?, ? +
  // 1)". Each row has the same number of values. Rows are sent in chunks of few sizes (64, 48, 32,
  // … 1), so that few statement texts exist. Fails as a whole, and unless every row was inserted.
  absl::Status InsertRows(const std::string& head, const std::vector<Params>& rows);
  // The same for `count` rows of which nothing is copied: `add(i, params)` adds the values of row
  // i, and what it adds as views outlives the call.
  absl::Status InsertRows(const std::string& head, size_t count,
                          absl::FunctionRef<void(size_t i, Params& params)> add);

  // Runs a SELECT and returns all its rows. Callers bound the size with LIMIT or by primary keys.
  virtual absl::StatusOr<Rows> Query(const std::string& sql, const Params& params) = 0;
};

}  // namespace mamori::db

#endif  // MAMORI_COMMON_DB_TX_H_
