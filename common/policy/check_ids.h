// How ids of a policy look. Pure.
#ifndef MAMORI_COMMON_POLICY_CHECK_IDS_H_
#define MAMORI_COMMON_POLICY_CHECK_IDS_H_

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"

namespace mamori::policy {

inline constexpr size_t kMaxIdBytes = 64;

inline constexpr char kLowerIdWanted[] = "want [a-z][a-z0-9._-]*, at most 64 bytes";

inline bool IsLowerId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes && absl::ascii_islower(id[0]) &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '.' || c == '_' ||
                  c == '-';
         });
}

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_CHECK_IDS_H_
