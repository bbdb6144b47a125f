#include "common/policy/slots.h"

#include "absl/strings/str_cat.h"

namespace mamori::policy {

Slots::Slots(const v1::Policy& policy) {
  for (const v1::Slot& slot : policy.slots()) {
    patterns_.try_emplace(slot.id(), absl::StrCat("(?:", Expand(slot.pattern()), ")"));
  }
}

std::string Slots::Expand(std::string_view pattern, std::string* unknown) const {
  std::string expanded;
  for (;;) {
    const size_t open = pattern.find("{{");
    const size_t close = open == std::string_view::npos ? open : pattern.find("}}", open);
    if (close == std::string_view::npos) break;
    expanded.append(pattern.substr(0, open));
    const std::string_view id = pattern.substr(open + 2, close - open - 2);
    if (const auto it = patterns_.find(id); it != patterns_.end()) {
      expanded.append(it->second);
    } else {
      expanded.append(pattern.substr(open, close + 2 - open));
      if (unknown != nullptr) unknown->append(id).append(" ");
    }
    pattern.remove_prefix(close + 2);
  }
  expanded.append(pattern);
  return expanded;
}

}  // namespace mamori::policy
