#include "services/mamorictl/by_service.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/signing_key.h"

namespace mamori::ctl {

absl::StatusOr<std::map<std::string, std::vector<std::string>>> ByService(
    const std::vector<std::string>& texts) {
  std::map<std::string, std::vector<std::string>> found;
  for (const std::string& text : texts) {
    const size_t at = text.find('=');
    if (at == std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat(text, ": want SERVICE=VALUE"));
    }
    found[text.substr(0, at)].push_back(text.substr(at + 1));
  }
  return found;
}

absl::StatusOr<std::string> PublicKeyOf(const std::vector<std::string>& given,
                                        const std::string& service) {
  if (given.size() != 1 || given[0].size() != 2 * crypto::kPublicKeyBytes ||
      !std::all_of(given[0].begin(), given[0].end(), absl::ascii_isxdigit)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--public-key ", service, "=HEX: want exactly one of 64 hex digits"));
  }
  return absl::HexStringToBytes(given[0]);
}

}  // namespace mamori::ctl
