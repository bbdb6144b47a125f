#include "common/sealing/sealed_answer.h"

#include "absl/strings/str_cat.h"
#include "common/crypto/aead.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::sealing {
namespace {

constexpr size_t kDigestBytes = 32;

Field FieldOf(const AnswerPlace& place) {
  return {.tenant = place.tenant, .name = "request.answer", .resource = place.request_key};
}

}  // namespace

std::string NoDigest() { return std::string(kDigestBytes, '\0'); }

std::string SealAnswer(const DataKey& key, const AnswerPlace& place, std::string_view digest,
                       std::string_view response) {
  std::string both;
  both.reserve(digest.size() + response.size());
  both.append(digest).append(response);
  std::string sealed = key.Seal(FieldOf(place), both);
  crypto::Wipe(both);
  return sealed;
}

absl::StatusOr<std::string> OpenAnswer(const Sealer& sealer, const AnswerPlace& place,
                                       std::string_view digest, std::string_view sealed,
                                       absl::Time deadline) {
  ASSIGN_OR_RETURN(const KeyRing ring, sealer.Fetch({sealed}, deadline));
  absl::StatusOr<std::string> both = ring.Open(FieldOf(place), sealed);
  if (IsErased(both.status())) return status::RequestIdReused();
  RETURN_IF_ERROR(both.status());
  if (both->size() < kDigestBytes) return absl::DataLossError("a stored answer is too short");
  if (both->compare(0, kDigestBytes, digest) != 0) return status::RequestIdReused();
  return both->substr(kDigestBytes);
}

}  // namespace mamori::sealing
