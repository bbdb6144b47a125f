#include "common/idempotency/page_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "common/idempotency/hash.h"
#include "common/status/errors.h"

namespace mamori::idempotency {
namespace {

constexpr size_t kCheckBytes = 16;
// Longer ones are none of ours, and are not even decoded.
constexpr size_t kLongest = 1024;

}  // namespace

std::string EncodePageToken(std::string_view filter_digest, std::string_view position) {
  std::string bytes = Hash({filter_digest, position}, kCheckBytes);
  bytes.append(position);
  return absl::WebSafeBase64Escape(absl::string_view(bytes.data(), bytes.size()));
}

absl::StatusOr<std::string> DecodePageToken(std::string_view token,
                                            std::string_view filter_digest) {
  std::string bytes;
  if (token.size() > kLongest ||
      !absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &bytes) ||
      bytes.size() < kCheckBytes) {
    return status::PageTokenInvalid();
  }
  std::string position = bytes.substr(kCheckBytes);
  if (Hash({filter_digest, position}, kCheckBytes) !=
      std::string_view(bytes).substr(0, kCheckBytes)) {
    return status::PageTokenInvalid();
  }
  return position;
}

}  // namespace mamori::idempotency
