#include "common/text/literal_set.h"

#include <algorithm>

namespace mamori::text {

LiteralSet::LiteralSet() : nodes_(1) { roots_.fill(kNone); }

void LiteralSet::Add(std::string_view literal, int index) {
  uint32_t node = kNone;
  for (size_t i = 0; i < literal.size(); ++i) {
    const auto byte = static_cast<unsigned char>(literal[i]);
    uint32_t child = i == 0 ? roots_[byte] : Child(nodes_[node], byte);
    if (child == kNone) {
      child = static_cast<uint32_t>(nodes_.size());
      nodes_.emplace_back();
      if (i == 0) {
        roots_[byte] = child;
      } else {
        auto& children = nodes_[node].children;
        children.insert(std::upper_bound(children.begin(), children.end(), std::pair(byte, child)),
                        {byte, child});
      }
    }
    node = child;
  }
  nodes_[node].index = index;
}

}  // namespace mamori::text
