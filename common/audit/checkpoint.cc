#include "common/audit/checkpoint.h"

#include <google/protobuf/util/json_util.h>

#include <utility>

#include "common/audit/hash.h"
#include "common/audit/wire.h"
#include "common/status/macros.h"

namespace mamori::audit {
namespace {

constexpr char kCheckpointPurpose[] = "mamori audit checkpoint";
constexpr char kStatementPurpose[] = "mamori audit statement";
constexpr size_t kRandomBytes = 16;

std::string EncodeLeaf(const Leaf& leaf) {
  std::string out;
  out.reserve(kLeafBytes);
  PutNumber(static_cast<uint8_t>(leaf.kind), out);
  out += leaf.id;
  PutNumber(leaf.length, out);
  out += leaf.head;
  out += leaf.random;
  return out;
}

std::string TextOf(const v1::Checkpoint& checkpoint) {
  std::string text;
  PutText(checkpoint.service(), text);
  PutNumber(checkpoint.number(), text);
  PutNumber(checkpoint.time_micros(), text);
  PutText(checkpoint.previous(), text);
  PutText(checkpoint.root(), text);
  return text;
}

std::string TextOf(const v1::EntryStatement& statement, std::string_view root) {
  std::string text;
  PutText(statement.service(), text);
  PutText(statement.group_id(), text);
  PutNumber(statement.count(), text);
  PutText(root, text);
  return text;
}

std::string SignedRootOf(const v1::EntryStatement& statement) {
  return RootFromPath(HashOf(statement.entry()), statement.index(), statement.count(),
                      {statement.path().begin(), statement.path().end()});
}

}  // namespace

std::string Encode(const std::vector<Leaf>& leaves) {
  std::string out;
  out.reserve(leaves.size() * kLeafBytes);
  for (const Leaf& leaf : leaves) out += EncodeLeaf(leaf);
  return out;
}

absl::StatusOr<std::vector<Leaf>> DecodeLeaves(std::string_view encoded) {
  if (encoded.size() % kLeafBytes != 0) return absl::DataLossError("not a list of leaves");
  std::vector<Leaf> leaves;
  leaves.reserve(encoded.size() / kLeafBytes);
  Reader reader(encoded);
  while (!reader.empty()) {
    Leaf& leaf = leaves.emplace_back();
    leaf.kind = static_cast<Kind>(reader.TakeNumber<uint8_t>());
    leaf.id = reader.Take(16);
    leaf.length = reader.TakeNumber<int64_t>();
    leaf.head = reader.Take(kHashBytes);
    leaf.random = reader.Take(kRandomBytes);
  }
  return leaves;
}

std::string RootOf(const std::vector<Leaf>& leaves) {
  std::vector<std::string> hashes;
  hashes.reserve(leaves.size());
  for (const Leaf& leaf : leaves) hashes.push_back(Hash("leaf", {EncodeLeaf(leaf)}));
  return MerkleRoot(std::move(hashes));
}

std::string HashOf(const v1::Checkpoint& checkpoint) {
  return Hash("checkpoint", {TextOf(checkpoint)});
}

void Sign(const crypto::SigningKey& key, v1::Checkpoint& checkpoint) {
  checkpoint.set_signature(key.Sign(kCheckpointPurpose, TextOf(checkpoint)));
}

bool IsSigned(std::string_view public_key, const v1::Checkpoint& checkpoint) {
  return crypto::VerifySignature(public_key, kCheckpointPurpose, TextOf(checkpoint),
                                 checkpoint.signature());
}

std::string ToJson(const v1::Checkpoint& checkpoint) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(checkpoint, &json, options).ok();
  return json;
}

absl::StatusOr<v1::Checkpoint> FromJson(std::string_view line) {
  v1::Checkpoint checkpoint;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(line.data(), line.size()), &checkpoint);
  if (!status.ok()) return absl::InvalidArgumentError("a line that is no checkpoint");
  return checkpoint;
}

void Sign(const crypto::SigningKey& key, v1::EntryStatement& statement) {
  statement.set_signature(key.Sign(kStatementPurpose, TextOf(statement, SignedRootOf(statement))));
}

absl::StatusOr<Entry> Verify(std::string_view public_key, const v1::EntryStatement& statement) {
  const std::string root = SignedRootOf(statement);
  if (root.empty()) return absl::InvalidArgumentError("the path does not lead to a root");
  if (!crypto::VerifySignature(public_key, kStatementPurpose, TextOf(statement, root),
                               statement.signature())) {
    return absl::InvalidArgumentError("the statement is not signed by this key");
  }
  return Decode(statement.entry());
}

}  // namespace mamori::audit
