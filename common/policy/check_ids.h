// How ids and periods of a policy look. Pure.
#ifndef MAMORI_COMMON_POLICY_CHECK_IDS_H_
#define MAMORI_COMMON_POLICY_CHECK_IDS_H_

#include <google/protobuf/duration.pb.h>

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

inline constexpr char kUpperIdWanted[] = "want [A-Z][A-Z0-9_]*, at most 64 bytes";

inline bool IsUpperId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes && absl::ascii_isupper(id[0]) &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

// [a-z][a-z0-9_]*, at most 64 bytes: what a rule or an answer names.
inline bool IsWordId(std::string_view id) {
  return IsLowerId(id) && id.find_first_of(".-") == std::string_view::npos;
}

inline double Seconds(const google::protobuf::Duration& duration) {
  return static_cast<double>(duration.seconds()) + duration.nanos() * 1e-9;
}

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_CHECK_IDS_H_
