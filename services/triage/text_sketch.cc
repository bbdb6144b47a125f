#include "services/triage/text_sketch.h"

#include <algorithm>

namespace mamori::triage {
namespace {

constexpr size_t kBytes = 4;

}  // namespace

Sketch SketchOf(const std::vector<uint64_t>& grams, const crypto::ShortHash& hash) {
  std::vector<uint32_t> hashes;
  hashes.reserve(grams.size());
  for (const uint64_t gram : grams) {
    const auto one = static_cast<uint32_t>(hash.Of(gram));
    if (one != kNoGram) hashes.push_back(one);
  }
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  Sketch sketch;
  sketch.fill(kNoGram);
  std::copy_n(hashes.begin(), std::min(hashes.size(), kSketchSize), sketch.begin());
  return sketch;
}

std::string ToBytes(const Sketch& sketch) {
  std::string bytes;
  for (const uint32_t one : sketch) {
    if (one == kNoGram) break;
    for (size_t i = 0; i < kBytes; ++i) bytes.push_back(static_cast<char>(one >> (8 * i)));
  }
  return bytes;
}

Sketch FromBytes(std::string_view bytes) {
  Sketch sketch;
  sketch.fill(kNoGram);
  if (bytes.size() % kBytes != 0 || bytes.size() > kBytes * kSketchSize) return sketch;
  for (size_t n = 0; n * kBytes < bytes.size(); ++n) {
    uint32_t one = 0;
    for (size_t i = 0; i < kBytes; ++i) {
      one |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[n * kBytes + i])) << (8 * i);
    }
    sketch[n] = one;
  }
  return sketch;
}

SketchOverlap Overlap(const Sketch& one, const Sketch& other) {
  // Up to here both tell all that they have; a sketch that is not full tells all there is.
  const uint32_t end = std::min(one.back(), other.back());
  SketchOverlap overlap;
  int first = 0, second = 0;
  size_t a = 0, b = 0;
  while (true) {
    const uint32_t x = a < kSketchSize ? one[a] : kNoGram;
    const uint32_t y = b < kSketchSize ? other[b] : kNoGram;
    const uint32_t least = std::min(x, y);
    if (least == kNoGram || least > end) break;
    first += x == least;
    second += y == least;
    overlap.shared += x == y;
    a += x == least;
    b += y == least;
  }
  overlap.of = std::min(first, second);
  return overlap;
}

}  // namespace mamori::triage
