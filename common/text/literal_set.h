// Which of many literals stand in a text, found in one reading of it. Pure.
#ifndef MAMORI_COMMON_TEXT_LITERAL_SET_H_
#define MAMORI_COMMON_TEXT_LITERAL_SET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace mamori::text {

// A tree of their bytes, walked from every letter of the text: the work on a text is linear in it,
// times the length of the longest literal, and needs no memory. Immutable and thread safe.
class LiteralSet {
 public:
  LiteralSet() : LiteralSet(std::vector<std::string>()) {}
  // Empty ones are never found; of equal ones the last.
  explicit LiteralSet(const std::vector<std::string>& literals);

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
  static constexpr uint32_t kNone = 0;  // the root, which is nobody's child
  // The children of a node stand side by side, ascending by the byte that leads to them: a walk
  // touches two lines of memory a step, however many literals there are.
  struct Node {
    int32_t index = -1;
    uint32_t first_child = 0;
    uint32_t children = 0;
  };
  uint32_t Child(const Node& node, unsigned char byte) const {
    const unsigned char* const bytes = bytes_.data() + node.first_child;
    // Most have one or two; the second byte of a kana has dozens.
    constexpr uint32_t kFew = 4;
    if (node.children > kFew) {
      const void* const there = std::memchr(bytes, byte, node.children);
      if (there == nullptr) return kNone;
      return node.first_child +
             static_cast<uint32_t>(static_cast<const unsigned char*>(there) - bytes);
    }
    for (uint32_t i = 0; i < node.children; ++i) {
      if (bytes[i] == byte) return node.first_child + i;
    }
    return kNone;
  }

  std::vector<Node> nodes_;
  std::vector<unsigned char> bytes_;  // by node: the one that leads to it
  std::array<uint32_t, 256> roots_;   // by the first byte
};

}  // namespace mamori::text

#endif  // MAMORI_COMMON_TEXT_LITERAL_SET_H_
