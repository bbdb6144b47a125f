// Looks for words in texts, without anything kept about them. Pure.
#ifndef MAMORI_COMMON_TEXT_TEXT_SEARCH_H_
#define MAMORI_COMMON_TEXT_TEXT_SEARCH_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/text/span.h"

namespace mamori::text {

// Immutable once made, then thread safe.
class TextSearch {
 public:
  // The parts of `query` between white space, folded. Nothing when no part has a letter or digit.
  static std::optional<TextSearch> Of(std::string_view query);

  // Where the part that is longest stands first in `text`, in its bytes; nothing unless all parts
  // stand in it. Case, width and joined letters are not told apart. Linear.
  std::optional<Span> Find(std::string_view text) const;

 private:
  explicit TextSearch(std::vector<std::string> parts) : parts_(std::move(parts)) {}
  bool AllIn(std::string_view folded) const;

  std::vector<std::string> parts_;  // the longest first
};

// What stands around `span`, cut between characters to at most `max_bytes`, on one line.
std::string Excerpt(std::string_view text, const Span& span, size_t max_bytes);

}  // namespace mamori::text

#endif  // MAMORI_COMMON_TEXT_TEXT_SEARCH_H_
