#include "services/triage/text_likeness.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <unordered_map>

#include "common/text/mapped_text.h"

namespace mamori::triage {
namespace {

bool Means(const text::Word& word) {
  return word.word_class != text::WordClass::kOther && !word.dependent;
}

uint64_t NumberOf(std::string_view lemma) { return std::hash<std::string_view>()(lemma); }

}  // namespace

LemmaCounts LemmasOf(text::Tokenizer& tokenizer, std::string_view text) {
  const text::MappedText folded = text::Fold(text);
  std::vector<uint64_t> grams;
  uint64_t before = 0;
  for (const text::Word& word : tokenizer.Words(folded.text())) {
    if (!Means(word)) continue;
    const uint64_t lemma = NumberOf(word.lemma);
    grams.push_back(lemma);
    if (before != 0) grams.push_back(before * 0x9e3779b97f4a7c15u + lemma);
    before = lemma;
  }
  std::sort(grams.begin(), grams.end());
  LemmaCounts counts;
  for (const uint64_t gram : grams) {
    if (counts.empty() || counts.back().gram != gram) counts.push_back({gram, 0});
    ++counts.back().count;
  }
  return counts;
}

std::vector<double> Cosines(const LemmaCounts& one, const std::vector<LemmaCounts>& others) {
  std::unordered_map<uint64_t, int> texts;
  for (const LemmaCount& lemma : one) ++texts[lemma.gram];
  for (const LemmaCounts& other : others) {
    for (const LemmaCount& lemma : other) ++texts[lemma.gram];
  }
  // Among few texts nothing would be rare.
  const double all = std::max(50.0, static_cast<double>(others.size()) + 1);
  const auto weight = [&](const LemmaCount& lemma) {
    const double rare = std::log((all + 1) / (texts.at(lemma.gram) + 0.5));
    return (1 + std::log(lemma.count)) * rare;
  };
  const auto length = [&](const LemmaCounts& counts) {
    double sum = 0;
    for (const LemmaCount& lemma : counts) sum += weight(lemma) * weight(lemma);
    return std::sqrt(sum);
  };
  const double mine = length(one);
  std::vector<double> cosines;
  for (const LemmaCounts& other : others) {
    double product = 0;
    for (auto a = one.begin(), b = other.begin(); a != one.end() && b != other.end();) {
      if (a->gram == b->gram) {
        product += weight(*a) * weight(*b);
        ++a;
        ++b;
      } else {
        a->gram < b->gram ? ++a : ++b;
      }
    }
    const double theirs = length(other);
    cosines.push_back(mine > 0 && theirs > 0 ? product / (mine * theirs) : 0);
  }
  return cosines;
}

}  // namespace mamori::triage
