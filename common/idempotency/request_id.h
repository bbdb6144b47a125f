// Request ids: every mutating method takes one, stored with its answer in the same transaction as
// the effect, so that a call sent again gets the first answer and has no second effect. Table
// `request_id` in each schema; rows are kept 7 days.
#ifndef MAMORI_COMMON_IDEMPOTENCY_REQUEST_ID_H_
#define MAMORI_COMMON_IDEMPOTENCY_REQUEST_ID_H_

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/transaction.h"
#include "common/db/tx.h"
#include "common/idempotency/request_id_rule.h"
#include "common/status/errors.h"
#include "common/time/clock.h"

namespace mamori::idempotency {

// How long an answer is kept.
inline constexpr absl::Duration kRetention = absl::Hours(7 * 24);

// 32 bytes: what the id is unique within. Two tenants, callers or methods never share one.
std::string RequestKey(std::string_view tenant, std::string_view caller, std::string_view method,
                       std::string_view request_id);

// 32 bytes: the body's digest, without its top-level field `request_id`.
std::string BodyDigest(const google::protobuf::Message& message);

// The stored answer; nullopt when the id is new; RequestIdReused() when it came with another body.
absl::StatusOr<std::optional<std::string>> FindAnswer(db::Tx& tx, std::string_view key,
                                                      std::string_view digest);

// Stores the answer with the effect. ALREADY_EXISTS when a concurrent call with the same id was
// faster: the transaction must not commit.
absl::Status StoreAnswer(db::Tx& tx, std::string_view key, std::string_view digest,
                         std::string_view response, absl::Time now);

// The whole pattern for a verb: the stored answer when there is one, else `body`'s effect and
// answer (serialised response) in one transaction with the request id. May run `body` several
// times; it changes nothing outside the transaction. A concurrent call with the same id gets the
// first one's answer also when `body` refused because the first one's effect was there already. An
// unknown COMMIT is settled by the id itself. Errors of the body are returned unchanged and not
// stored: the same id may be tried again.
absl::StatusOr<std::string> AnswerOnce(
    db::Transactor& transactor, const time::Clock& clock, absl::Time deadline, std::string_view key,
    std::string_view digest, absl::FunctionRef<absl::StatusOr<std::string>(db::Tx&)> body);

// AnswerOnce for a message.
template <typename Response>
absl::StatusOr<Response> RespondOnce(db::Transactor& transactor, const time::Clock& clock,
                                     absl::Time deadline, std::string_view key,
                                     std::string_view digest,
                                     absl::FunctionRef<absl::StatusOr<Response>(db::Tx&)> body) {
  absl::StatusOr<std::string> bytes = AnswerOnce(transactor, clock, deadline, key, digest,
                                                 [&](db::Tx& tx) -> absl::StatusOr<std::string> {
                                                   absl::StatusOr<Response> response = body(tx);
                                                   if (!response.ok()) return response.status();
                                                   return response->SerializeAsString();
                                                 });
  if (!bytes.ok()) return bytes.status();
  Response response;
  if (!response.ParseFromString(*bytes)) {
    return absl::InternalError("a stored answer cannot be parsed");
  }
  return response;
}

// Deletes at most `limit` answers given before `before`, oldest first; returns how many.
absl::StatusOr<int64_t> PruneAnswers(db::Tx& tx, absl::Time before, int limit);

}  // namespace mamori::idempotency

#endif  // MAMORI_COMMON_IDEMPOTENCY_REQUEST_ID_H_
