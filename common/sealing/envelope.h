// How sealed content is stored, whichever table it stands in. Pure.
#ifndef MAMORI_COMMON_SEALING_ENVELOPE_H_
#define MAMORI_COMMON_SEALING_ENVELOPE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mamori::sealing {

inline constexpr size_t kKeyIdBytes = 16;
inline constexpr size_t kNonceBytes = 24;
// What sealed content is longer by: format, the data key's id, nonce and tag.
inline constexpr size_t kOverheadBytes = 1 + kKeyIdBytes + kNonceBytes + 16;

// Where content belongs: it opens there and nowhere else.
struct Field {
  std::string_view tenant;
  std::string_view name;      // a constant of the code: "report.body"
  std::string_view resource;  // the id of the row it is part of
  // Of content that changes: the version that the caller knows from elsewhere than the row, so that
  // an older one put back does not open. 1 for what never changes.
  int64_t version = 1;
};
std::string AssociatedData(const Field& field);

// The beginning of sealed content.
struct Header {
  std::string_view key_id;
  std::string_view nonce;
};
void AppendHeader(const Header& header, std::string& out);
// DATA_LOSS for anything that is not sealed; also for content from before there was sealing, which
// whoever may write to the database could otherwise pass off as told.
absl::StatusOr<Header> HeaderOf(std::string_view sealed);

// The key of the content is gone for good: it never opens again.
absl::Status Erased();
bool IsErased(const absl::Status& status);

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_ENVELOPE_H_
