#include "common/idempotency/request_id_rule.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace mamori::idempotency {
namespace {

constexpr size_t kShortest = 8;
constexpr size_t kLongest = 64;

}  // namespace

void ValidateRequestId(status::Violations& violations, std::string_view path,
                       std::string_view value) {
  const bool characters = std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-';
  });
  if (characters && value.size() >= kShortest && value.size() <= kLongest) return;
  violations.Add(std::string(path),
                 absl::StrCat(value.size(), " bytes", characters ? "" : ", some not allowed",
                              ", want 8 to 64 of [A-Za-z0-9_-]"));
}

}  // namespace mamori::idempotency
