// Which of many literals stand in a text, found in one reading of it. Pure.
#ifndef MAMORI_COMMON_TEXT_LITERAL_SET_H_
#define MAMORI_COMMON_TEXT_LITERAL_SET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace mamori::text {

// A tree of their bytes, walked from every letter of the text: the work on a text is linear in it,
// times the length of the longest literal, and needs no memory. Immutable once filled, then thread
// safe.
class LiteralSet {
 public:
  LiteralSet();
  // Not empty, and each once.
  void Add(std::string_view literal, int index);

  // Calls `found(index, position)` for each place where a literal stands, in the text's order.
  template <typename Found>
  void Find(std::string_view text, Found found) const {
    for (size_t at = 0; at < text.size(); ++at) {
      const auto first = static_cast<unsigned char>(text[at]);
      // Inside a letter nothing begins.
      if ((first & 0xc0) == 0x80) continue;
      uint32_t node = roots_[first];
      for (size_t next = at + 1; node != kNone; ++next) {
        const Node& here = nodes_[node];
        if (here.index >= 0) found(here.index, at);
        if (next == text.size()) break;
        node = Child(here, static_cast<unsigned char>(text[next]));
      }
    }
  }

 private:
  static constexpr uint32_t kNone = 0;      // no node is the child of another by this number
  using Table = std::array<uint32_t, 256>;  // by byte
  struct Node {
    int index = -1;
    uint32_t table = kNone;  // in `tables_`, of a node that has many children
    std::vector<std::pair<unsigned char, uint32_t>> children;  // ascending
  };
  uint32_t Child(const Node& node, unsigned char byte) const {
    if (node.table != kNone) return tables_[node.table][byte];
    for (const auto& [key, child] : node.children) {
      if (key >= byte) return key == byte ? child : kNone;
    }
    return kNone;
  }
  void AddChild(uint32_t parent, unsigned char byte, uint32_t child);

  std::vector<Node> nodes_;
  std::vector<Table> tables_;
  Table roots_;
};

}  // namespace mamori::text

#endif  // MAMORI_COMMON_TEXT_LITERAL_SET_H_
