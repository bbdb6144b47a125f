#include "services/triage/text_grams.h"

#include <algorithm>
#include <string>

#include "common/text/mapped_text.h"

namespace mamori::triage {
namespace {

constexpr int kBits = 21;  // of a letter

bool IsSpace(uint64_t letter) { return letter <= ' ' || letter == 0x3000; }

}  // namespace

std::vector<uint64_t> GramsOf(std::string_view text) {
  const text::MappedText mapped = text::Fold(text);
  const std::string& folded = mapped.text();
  std::vector<uint64_t> grams;
  grams.reserve(folded.size() / 2);
  uint64_t window = 0;
  int letters = 0;
  for (size_t i = 0; i < folded.size();) {
    const auto lead = static_cast<unsigned char>(folded[i]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint64_t letter = size == 1 ? lead : lead & (0xffu >> (size + 1));
    for (size_t k = 1; k < size && i + k < folded.size(); ++k) {
      letter = letter << 6 | (static_cast<unsigned char>(folded[i + k]) & 0x3fu);
    }
    i += size;
    if (IsSpace(letter)) continue;
    window = (window << kBits | letter) & ((uint64_t{1} << (3 * kBits)) - 1);
    if (++letters >= 3) grams.push_back(window);
  }
  std::sort(grams.begin(), grams.end());
  grams.erase(std::unique(grams.begin(), grams.end()), grams.end());
  return grams;
}

double Containment(const std::vector<uint64_t>& one, const std::vector<uint64_t>& other) {
  const size_t least = std::min(one.size(), other.size());
  if (least == 0) return 0;
  size_t shared = 0;
  for (auto a = one.begin(), b = other.begin(); a != one.end() && b != other.end();) {
    if (*a == *b) ++shared;
    const bool first = *a <= *b;
    const bool second = *b <= *a;
    a += first;
    b += second;
  }
  return static_cast<double>(shared) / static_cast<double>(least);
}

}  // namespace mamori::triage
