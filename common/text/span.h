// A passage of a text.
#ifndef MAMORI_COMMON_TEXT_SPAN_H_
#define MAMORI_COMMON_TEXT_SPAN_H_

#include <cstddef>

namespace mamori::text {

// In bytes, half open.
struct Span {
  size_t begin = 0;
  size_t end = 0;
  size_t size() const { return end - begin; }
  bool Holds(const Span& other) const { return begin <= other.begin && other.end <= end; }
  friend bool operator==(const Span&, const Span&) = default;
};

}  // namespace mamori::text

#endif  // MAMORI_COMMON_TEXT_SPAN_H_
