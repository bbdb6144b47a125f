// What requests of several services have in common. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_NAMED_REQUEST_RULES_H_
#define MAMORI_SERVICES_TRIAGE_NAMED_REQUEST_RULES_H_

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/status/errors.h"

namespace mamori::triage {

inline void CheckName(status::Violations& violations, const char* path, std::string_view collection,
                      std::string_view name) {
  if (id::FromName(collection, name).ok()) return;
  violations.Add(path, absl::StrCat("want ", std::string(collection), "/{26 characters}"));
}

inline void CheckPageSize(status::Violations& violations, int page_size) {
  if (page_size < 0) violations.Add("page_size", "is negative, want 0 to 1000");
}

inline void CheckReason(status::Violations& violations, std::string_view reason) {
  constexpr size_t kMaxBytes = 16 << 10;
  if (!reason.empty() && reason.size() <= kMaxBytes) return;
  violations.Add("reason", absl::StrCat(reason.size(), " bytes, want 1 to ", kMaxBytes));
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_NAMED_REQUEST_RULES_H_
