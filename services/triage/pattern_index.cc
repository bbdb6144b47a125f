#include "services/triage/pattern_index.h"

#include <algorithm>
#include <string>

namespace mamori::triage {
namespace {

// Short texts are one window. Longer ones are cut at ends of sentences, each window beginning
// inside the one before, so that a match of some sentences is whole in one of them.
constexpr size_t kWindowBytes = 384;
constexpr size_t kOverlapBytes = 192;

std::vector<policy::Span> WindowsOf(std::string_view text) {
  std::vector<policy::Span> windows;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t least = begin + kWindowBytes;
    if (least + kOverlapBytes >= text.size()) {
      windows.push_back({begin, text.size()});
      break;
    }
    const size_t end = text::SentenceAround(text, {least, least}).end;
    windows.push_back({begin, end});
    const size_t back = std::max(begin + 1, end - kOverlapBytes);
    begin = std::max(begin + 1, std::min(text::SentenceAround(text, {back, back}).begin, back));
  }
  return windows;
}

}  // namespace

PatternIndex::PatternIndex(const mamori::v1::Policy& policy, const policy::Slots& slots) {
  for (int i = 0; i < policy.rules_size(); ++i) {
    const mamori::v1::Rule& rule = policy.rules(i);
    for (int k = 0; k < rule.patterns_size(); ++k) {
      Add(slots.Expand(rule.patterns(k)), {i, k}, *slots.pool(), plain_);
    }
    for (int k = 0; k < rule.masked_patterns_size(); ++k) {
      Add(slots.Expand(rule.masked_patterns(k)), {i, k}, *slots.pool(), masked_);
    }
  }
  plain_.filter.Compile();
  masked_.filter.Compile();
}

void PatternIndex::Add(const std::string& pattern, const Use& use, policy::PatternPool& pool,
                       Kind& kind) {
  const auto id = static_cast<size_t>(kind.filter.Add(pattern, pool));
  if (id == kind.uses.size()) kind.uses.emplace_back();
  kind.uses[id].push_back(use);
}

std::map<int, policy::Windows> PatternIndex::Candidates(const policy::ReportText& text) const {
  std::map<int, policy::Windows> candidates;
  const std::string_view plain = text.plain.text();
  for (const policy::Span& window : WindowsOf(plain)) {
    for (const int pattern : plain_.filter.MayMatch(plain.substr(window.begin, window.size()))) {
      for (const Use& use : plain_.uses[static_cast<size_t>(pattern)]) {
        candidates[use.rule].plain.push_back({window, use.pattern});
      }
    }
  }
  for (const int pattern : masked_.filter.MayMatch(text.bare.text())) {
    for (const Use& use : masked_.uses[static_cast<size_t>(pattern)]) {
      candidates[use.rule].masked.push_back(use.pattern);
    }
  }
  return candidates;
}

}  // namespace mamori::triage
