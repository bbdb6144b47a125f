// What is kept of a report's words: the smallest of its grams' keyed hashes. Two texts that share
// grams share some of these, and nothing of a text can be read from them.
#ifndef MAMORI_SERVICES_TRIAGE_TEXT_SKETCH_H_
#define MAMORI_SERVICES_TRIAGE_TEXT_SKETCH_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/short_hash.h"

namespace mamori::triage {

inline constexpr size_t kSketchSize = 64;

// Ascending, each once; what is unused stands at the end as kNoGram.
using Sketch = std::array<uint32_t, kSketchSize>;
inline constexpr uint32_t kNoGram = UINT32_MAX;

Sketch SketchOf(const std::vector<uint64_t>& grams, const crypto::ShortHash& hash);

// As bytes, and back; all kNoGram for what is no sketch.
std::string ToBytes(const Sketch& sketch);
Sketch FromBytes(std::string_view bytes);

// Estimates from two sketches how much of the shorter text the longer contains. `shared` is what
// they have in common, `of` how many of the shorter one's could have been.
struct SketchOverlap {
  int shared = 0;
  int of = 0;
};
SketchOverlap Overlap(const Sketch& one, const Sketch& other);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEXT_SKETCH_H_
