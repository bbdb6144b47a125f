#include "services/triage/deadline_page.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/idempotency/hash.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/big_endian.h"
#include "services/triage/sql_deadline_rows.h"

namespace mamori::triage {
namespace {

constexpr size_t kIdBytes = 16;

}  // namespace

std::string DigestOf(const QueueFilter& filter) {
  return idempotency::Hash({"ListDeadlines", filter.tenant,
                            absl::StrCat(static_cast<int>(filter.state)), filter.company,
                            filter.viewer.person});
}

std::string DigestOfCase(std::string_view tenant, const id::Id& case_id, v1::DeadlineState state) {
  return idempotency::Hash(
      {"ListDeadlines/case", tenant, case_id, absl::StrCat(static_cast<int>(state))});
}

QueuePosition PositionOf(const DeadlineRow& row) {
  return {.rank = RankOf(row.urgency),
          .due_micros = absl::ToUnixMicros(row.due_time),
          .deadline_id = row.deadline_id};
}

bool IsAfter(const DeadlineRow& row, const QueuePosition& position) {
  const int64_t due = absl::ToUnixMicros(row.due_time);
  return due > position.due_micros ||
         (due == position.due_micros && row.deadline_id > position.deadline_id);
}

absl::StatusOr<std::optional<QueuePosition>> FromQueueToken(
    const idempotency::PageTokens& tokens, const idempotency::TokenBinding& binding,
    const std::string& token) {
  if (token.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string bytes, tokens.Open(binding, token));
  if (bytes.size() != 1 + kBigEndianBytes + kIdBytes) return status::PageTokenInvalid();
  return QueuePosition{.rank = static_cast<unsigned char>(bytes[0]),
                       .due_micros = FromBigEndian(std::string_view(bytes).substr(1)),
                       .deadline_id = bytes.substr(1 + kBigEndianBytes)};
}

std::string ToQueueToken(const idempotency::PageTokens& tokens,
                         const idempotency::TokenBinding& binding, int rank,
                         const DeadlineRow& last) {
  return tokens.Seal(binding, std::string(1, static_cast<char>(rank)) +
                                  ToBigEndian(absl::ToUnixMicros(last.due_time)) +
                                  last.deadline_id);
}

}  // namespace mamori::triage
