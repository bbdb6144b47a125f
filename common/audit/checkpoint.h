// What a service signs of its audit every few seconds, and what of that leaves it. Pure.
#ifndef MAMORI_COMMON_AUDIT_CHECKPOINT_H_
#define MAMORI_COMMON_AUDIT_CHECKPOINT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/entry.h"
#include "common/crypto/signing_key.h"
#include "mamori/v1/proof.pb.h"

namespace mamori::audit {

// How far a chain had come: its length and the hash of its last entry then. Of a group of first
// entries (kind kNone): how many, and their root. The random bytes keep whoever knows the root from
// trying out what is below it.
struct Leaf {
  Kind kind = Kind::kNone;
  id::Id id;
  int64_t length = 0;
  std::string head;
  std::string random;  // 16 bytes
};
inline constexpr size_t kLeafBytes = 1 + 16 + 8 + 32 + 16;

std::string Encode(const std::vector<Leaf>& leaves);
// DATA_LOSS.
absl::StatusOr<std::vector<Leaf>> DecodeLeaves(std::string_view encoded);
std::string RootOf(const std::vector<Leaf>& leaves);

// What the next checkpoint names as `previous`.
std::string HashOf(const v1::Checkpoint& checkpoint);
void Sign(const crypto::SigningKey& key, v1::Checkpoint& checkpoint);
bool IsSigned(std::string_view public_key, const v1::Checkpoint& checkpoint);

// One line of JSON, and back. INVALID_ARGUMENT.
std::string ToJson(const v1::Checkpoint& checkpoint);
absl::StatusOr<v1::Checkpoint> FromJson(std::string_view line);

// What a reporter is given: that the report's first entry stands in the audit. The signature is
// over the group that was written with it; the path leads from the entry to its root.
void Sign(const crypto::SigningKey& key, v1::EntryStatement& statement);
// INVALID_ARGUMENT says what does not fit.
absl::StatusOr<Entry> Verify(std::string_view public_key, const v1::EntryStatement& statement);

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_CHECKPOINT_H_
