// How much alike the words of texts are, whoever wrote them: the cosine of their lemmas and pairs
// of lemmas, each weighted by how rare it is among the texts compared.
#ifndef MAMORI_SERVICES_TRIAGE_TEXT_LIKENESS_H_
#define MAMORI_SERVICES_TRIAGE_TEXT_LIKENESS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/text/tokenizer.h"

namespace mamori::triage {

// Lemmas of words that mean something, and their pairs, as numbers: ascending, each with how often
// it stands there.
struct LemmaCount {
  uint64_t gram = 0;
  int count = 0;
};
using LemmaCounts = std::vector<LemmaCount>;
LemmaCounts LemmasOf(text::Tokenizer& tokenizer, std::string_view text);

// Of `one` with each of `others`, in their order: 0 to 1.
std::vector<double> Cosines(const LemmaCounts& one, const std::vector<LemmaCounts>& others);

// From here on it may be the same event. See text_likeness_test for what that finds and how often
// it errs.
inline constexpr double kMaybeSameEvent = 0.09;

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEXT_LIKENESS_H_
