#include "common/db/tx.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "absl/strings/str_cat.h"

namespace mamori::db {
namespace {

constexpr size_t kMaxRowsPerInsert = 64;
// A statement ends behind the row that reaches this: servers take 4 MiB at least, and a single
// value that is longer goes in pieces.
constexpr size_t kMaxBytesPerInsert = 1 << 20;
// The protocol counts a statement's parameters in 16 bits.
constexpr size_t kMaxParameters = 65535;
constexpr std::string_view kValues = "VALUES ";

[[noreturn]] void WrongKind(size_t column, const char* want) {
  std::fprintf(stderr, "column %zu read as %s, which it is not\n", column, want);
  std::abort();
}

void AddViews(const Params& from, Params& to) {
  for (const Parameter& value : from.values()) {
    if (const auto* bytes = std::get_if<std::string>(&value)) {
      to.AddView(*bytes);
    } else if (const auto* view = std::get_if<std::string_view>(&value)) {
      to.AddView(*view);
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
      to.Add(*number);
    } else if (const auto* natural = std::get_if<uint64_t>(&value)) {
      to.Add(*natural);
    } else {
      to.AddNull();
    }
  }
}

// The largest of 1, 2, 3, 4, 6, 8, 12, … that `rows` has room for.
size_t ChunkSize(size_t rows) {
  const size_t power = std::bit_floor(rows);
  return power + power / 2 <= rows ? power + power / 2 : power;
}

// Of those from `first` on.
size_t BytesOf(const Params& params, size_t first) {
  size_t bytes = 0;
  for (size_t i = first; i < params.size(); ++i) {
    const Parameter& value = params.values()[i];
    if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
    if (const auto* view = std::get_if<std::string_view>(&value)) bytes += view->size();
  }
  return bytes;
}

std::string InsertText(const std::string& head, size_t columns, size_t rows) {
  const size_t begin = head.back() == ')' ? head.rfind(kValues) + kValues.size() : head.size();
  const std::string tuple =
      begin < head.size() ? head.substr(begin) : absl::StrCat("(", Placeholders(columns), ")");
  std::string sql = head.substr(0, begin);
  sql.reserve(head.size() + rows * (tuple.size() + 1));
  for (size_t i = 0; i < rows; ++i) {
    if (i > 0) sql += ',';
    sql += tuple;
  }
  return sql;
}

}  // namespace

int64_t ToMicros(absl::Time time) { return absl::ToUnixMicros(time); }

absl::Time FromMicros(int64_t micros) { return absl::FromUnixMicros(micros); }

std::string Placeholders(size_t n) {
  std::string text;
  text.reserve(2 * n);
  for (size_t i = 0; i < n; ++i) text += i == 0 ? "?" : ",?";
  return text;
}

int64_t Row::GetInt64(size_t i) const {
  if (const auto* number = std::get_if<int64_t>(&columns_.at(i))) return *number;
  const auto* natural = std::get_if<uint64_t>(&columns_.at(i));
  if (natural == nullptr || *natural > std::numeric_limits<int64_t>::max()) WrongKind(i, "int64");
  return static_cast<int64_t>(*natural);
}

const std::string& Row::GetBytes(size_t i) const {
  const auto* bytes = std::get_if<std::string>(&columns_.at(i));
  if (bytes == nullptr) WrongKind(i, "bytes");
  return *bytes;
}

absl::Status Tx::ExecuteExpecting(int64_t want, const std::string& sql, const Params& params) {
  const absl::StatusOr<int64_t> found = Execute(sql, params);
  if (!found.ok()) return found.status();
  if (*found == want) return absl::OkStatus();
  // The text of the statement holds no values, only `?`.
  return absl::InternalError(absl::StrCat(*found, " rows, want ", want, ": ", sql));
}

absl::Status Tx::InsertRows(const std::string& head, const std::vector<Params>& rows) {
  return InsertRows(head, rows.size(),
                    [&rows](size_t i, Params& params) { AddViews(rows[i], params); });
}

absl::Status Tx::InsertRows(const std::string& head, size_t count,
                            absl::FunctionRef<void(size_t i, Params& params)> add) {
  size_t columns = 0;
  for (size_t next = 0; next < count;) {
    Params params;
    if (columns > 0) params.Reserve(columns * std::min(kMaxRowsPerInsert, count - next));
    add(next, params);
    if (next == 0) columns = params.size();
    const size_t limit = std::min(kMaxRowsPerInsert, kMaxParameters / std::max<size_t>(columns, 1));
    size_t chunk = ChunkSize(std::min(limit, count - next));
    const auto unequal = [&] {
      return absl::InternalError(absl::StrCat("rows of unequal length: ", head));
    };
    if (columns == 0 || params.size() != columns) return unequal();
    size_t rows = 1;
    for (size_t bytes = BytesOf(params, 0); rows < chunk && bytes < kMaxBytesPerInsert; ++rows) {
      const size_t before = params.size();
      add(next + rows, params);
      if (params.size() != before + columns) return unequal();
      bytes += BytesOf(params, before);
    }
    chunk = rows;
    const absl::StatusOr<int64_t> inserted = Execute(InsertText(head, columns, chunk), params);
    if (!inserted.ok()) return inserted.status();
    if (*inserted != static_cast<int64_t>(chunk)) {
      return absl::InternalError(absl::StrCat(*inserted, " rows, want ", chunk, ": ", head));
    }
    next += chunk;
  }
  return absl::OkStatus();
}

}  // namespace mamori::db
