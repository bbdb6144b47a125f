#include "common/db/tx.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "absl/strings/str_cat.h"

namespace mamori::db {
namespace {

constexpr size_t kMaxRowsPerInsert = 64;
// The protocol counts a statement's parameters in 16 bits.
constexpr size_t kMaxParameters = 65535;

[[noreturn]] void WrongKind(size_t column, const char* want) {
  std::fprintf(stderr, "column %zu read as %s, which it is not\n", column, want);
  std::abort();
}

void AppendAll(const Params& from, Params& to) {
  for (const Value& value : from.values()) {
    if (const auto* bytes = std::get_if<std::string>(&value)) {
      to.Add(std::string_view(*bytes));
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
      to.Add(*number);
    } else if (const auto* natural = std::get_if<uint64_t>(&value)) {
      to.Add(*natural);
    } else {
      to.AddNull();
    }
  }
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
  if (rows.empty()) return absl::OkStatus();
  const size_t columns = rows.front().size();
  for (const Params& row : rows) {
    if (row.size() != columns || columns == 0) {
      return absl::InternalError(absl::StrCat("rows of unequal length: ", head));
    }
  }
  const size_t limit = std::min(kMaxRowsPerInsert, kMaxParameters / columns);
  const std::string tuple = absl::StrCat("(", Placeholders(columns), ")");
  for (size_t next = 0; next < rows.size();) {
    size_t chunk = 1;
    while (chunk * 2 <= std::min(limit, rows.size() - next)) chunk *= 2;
    std::string sql = head;
    sql.reserve(head.size() + chunk * (tuple.size() + 1));
    Params params;
    for (size_t i = 0; i < chunk; ++i) {
      if (i > 0) sql += ',';
      sql += tuple;
      AppendAll(rows[next + i], params);
    }
    const absl::StatusOr<int64_t> inserted = Execute(sql, params);
    if (!inserted.ok()) return inserted.status();
    next += chunk;
  }
  return absl::OkStatus();
}

}  // namespace mamori::db
