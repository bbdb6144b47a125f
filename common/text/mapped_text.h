// A text made from another that still knows where each byte came from. Pure.
#ifndef MAMORI_COMMON_TEXT_MAPPED_TEXT_H_
#define MAMORI_COMMON_TEXT_MAPPED_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/text/span.h"

namespace mamori::text {

// Immutable once made. Positions are those of the text that it was made from.
class MappedText {
 public:
  const std::string& text() const { return text_; }

  // The passage of the source that `span` of this text was made from; at least one source
  // character for a span that is not empty.
  Span ToSource(const Span& span) const;
  // True when something in the source of `span` was left out or written differently, other than
  // kana of one kind for the other.
  bool Altered(const Span& span) const;

  // For makers: adds `piece`, made from the source's `from`.
  void Add(std::string_view piece, const Span& from, bool altered);
  // For makers: adds bytes that stand in the source as they are.
  void AddSame(std::string_view piece, size_t from);
  void Reserve(size_t bytes);

 private:
  std::string text_;
  std::vector<uint32_t> begin_;  // per byte: where its source begins,
  std::vector<uint32_t> end_;    // and where it ends
  std::vector<bool> altered_;
};

// NFKC with case folding, ignorable characters left out: full-width Latin, half-width kana,
// circled and joined letters and zero-width characters are plain afterwards. Invalid UTF-8 stays
// as it is. Linear.
MappedText Fold(std::string_view text);

// What a folded text says under its mask: letters written apart stand together ("s.t.u.p.i.d",
// "し ね"), digits and signs inside Latin words are the letters they look like ("br@in", "d1e"),
// katakana is hiragana, marks that lengthen a vowel are gone, and any blot (＊, ○, ×) between
// Japanese letters is "○". Linear.
MappedText Unmask(std::string_view folded);

}  // namespace mamori::text

#endif  // MAMORI_COMMON_TEXT_MAPPED_TEXT_H_
