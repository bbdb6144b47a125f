#include "common/idempotency/request_id.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <cstdint>
#include <memory>

#include "common/idempotency/hash.h"
#include "common/status/macros.h"

namespace mamori::idempotency {
namespace {

constexpr char kSelectAnswer[] =
    "SELECT body_digest, response FROM request_id WHERE request_key = ?";
constexpr char kInsertAnswer[] =
    "INSERT INTO request_id (request_key, body_digest, response, create_time) VALUES (?, ?, ?, ?)";
constexpr char kDeleteOld[] =
    "DELETE FROM request_id WHERE create_time < ? ORDER BY create_time LIMIT ?";

// Runs of one verb that lose against others with the same id. The second finds the answer; more
// only happens when answers are pruned in between.
constexpr int kRuns = 3;

std::string SerializeDeterministically(const google::protobuf::Message& message) {
  std::string bytes;
  bytes.reserve(message.ByteSizeLong());
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

std::string RequestKey(std::string_view tenant, std::string_view caller, std::string_view method,
                       std::string_view request_id) {
  return Hash({tenant, caller, method, request_id});
}

std::string BodyDigest(const google::protobuf::Message& message) {
  const google::protobuf::FieldDescriptor* field =
      message.GetDescriptor()->FindFieldByName("request_id");
  if (field == nullptr) return Hash({SerializeDeterministically(message)});
  // Fields are written in the order of their numbers: when the id is field 1 its bytes come first
  // and are skipped, which saves a copy of the message.
  if (field->number() == 1 && field->cpp_type() == field->CPPTYPE_STRING && !field->is_repeated()) {
    std::string scratch;
    const std::string& id = message.GetReflection()->GetStringReference(message, field, &scratch);
    const std::string bytes = SerializeDeterministically(message);
    size_t skip = 0;
    if (!id.empty()) {
      skip =
          1 +
          google::protobuf::io::CodedOutputStream::VarintSize32(static_cast<uint32_t>(id.size())) +
          id.size();
    }
    return Hash({std::string_view(bytes).substr(skip)});
  }
  const std::unique_ptr<google::protobuf::Message> copy(message.New());
  copy->CopyFrom(message);
  copy->GetReflection()->ClearField(copy.get(), field);
  return Hash({SerializeDeterministically(*copy)});
}

absl::StatusOr<std::optional<std::string>> FindAnswer(db::Tx& tx, std::string_view key,
                                                      std::string_view digest) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectAnswer, db::Params().Add(key)));
  if (rows.empty()) return std::nullopt;
  if (rows[0].GetBytes(0) != digest) return status::RequestIdReused();
  return rows[0].GetBytes(1);
}

absl::Status StoreAnswer(db::Tx& tx, std::string_view key, std::string_view digest,
                         std::string_view response, absl::Time now) {
  return tx.ExecuteExpecting(1, kInsertAnswer,
                             db::Params().Add(key).Add(digest).Add(response).Add(now));
}

absl::StatusOr<std::string> AnswerOnce(
    db::Transactor& transactor, const time::Clock& clock, absl::Time deadline, std::string_view key,
    std::string_view digest, absl::FunctionRef<absl::StatusOr<std::string>(db::Tx&)> body) {
  const db::TransactionOptions options{.deadline = deadline, .settles_unknown_commit = true};
  absl::StatusOr<std::string> answer = absl::InternalError("not run");
  for (int run = 0; run < kRuns; ++run) {
    bool lost_race = false;
    answer = transactor.Run<std::string>(options, [&](db::Tx& tx) -> absl::StatusOr<std::string> {
      lost_race = false;
      ASSIGN_OR_RETURN(std::optional<std::string> stored, FindAnswer(tx, key, digest));
      if (stored) return *std::move(stored);
      absl::StatusOr<std::string> made = body(tx);
      if (!made.ok()) {
        // Perhaps refused because a concurrent call with this id had its effect meanwhile. Errors
        // of the database end the transaction, and then nothing can be asked.
        absl::StatusOr<std::optional<std::string>> other = FindAnswer(tx, key, digest);
        if (other.ok() && *other) return **std::move(other);
        return made.status();
      }
      const absl::Status kept = StoreAnswer(tx, key, digest, *made, clock.Now());
      lost_race = absl::IsAlreadyExists(kept);
      RETURN_IF_ERROR(kept);
      return made;
    });
    if (!lost_race) return answer;
  }
  return answer;
}

absl::StatusOr<int64_t> PruneAnswers(db::Tx& tx, absl::Time before, int limit) {
  return tx.Execute(kDeleteOld, db::Params().Add(before).Add(limit));
}

}  // namespace mamori::idempotency
