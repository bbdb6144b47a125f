#include "common/text/literal_set.h"

#include <algorithm>

namespace mamori::text {
namespace {

// The second byte of a kana has dozens of followers, most others one or two.
constexpr size_t kManyChildren = 12;

}  // namespace

LiteralSet::LiteralSet() : nodes_(1), tables_(1) { roots_.fill(kNone); }

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
        AddChild(node, byte, child);
      }
    }
    node = child;
  }
  nodes_[node].index = index;
}

void LiteralSet::AddChild(uint32_t parent, unsigned char byte, uint32_t child) {
  Node& node = nodes_[parent];
  if (node.table != kNone) {
    tables_[node.table][byte] = child;
    return;
  }
  auto& children = node.children;
  children.insert(std::upper_bound(children.begin(), children.end(), std::pair(byte, child)),
                  {byte, child});
  if (children.size() < kManyChildren) return;
  node.table = static_cast<uint32_t>(tables_.size());
  Table& table = tables_.emplace_back();
  table.fill(kNone);
  for (const auto& [key, one] : children) table[key] = one;
  children.clear();
}

}  // namespace mamori::text
