// Answers that are kept for repeats of a call (common/idempotency) tell content: they are sealed
// like it, together with the digest of the call that they answer.
#ifndef MAMORI_COMMON_SEALING_SEALED_ANSWER_H_
#define MAMORI_COMMON_SEALING_SEALED_ANSWER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sealing/sealer.h"

namespace mamori::sealing {

// What is stored in the digest's own column: a hash of content would tell it to whoever guesses.
std::string NoDigest();

struct AnswerPlace {
  std::string_view tenant;
  std::string_view request_key;
};
std::string SealAnswer(const DataKey& key, const AnswerPlace& place, std::string_view digest,
                       std::string_view response);
// RequestIdReused() when it answers a call with another digest, or its content was erased.
absl::StatusOr<std::string> OpenAnswer(const Sealer& sealer, const AnswerPlace& place,
                                       std::string_view digest, std::string_view sealed,
                                       absl::Time deadline);

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_SEALED_ANSWER_H_
