#include "services/triage/pattern_index.h"

#include <algorithm>
#include <string>

#include "common/policy/patterns.h"

namespace mamori::triage {
namespace {

constexpr int64_t kLettersMemory = 16 << 20;

// Short texts are one window. Longer ones are cut at ends of sentences, each window beginning
// inside the one before, so that a match of some sentences is whole in one of them.
constexpr size_t kWindowBytes = 1536;
constexpr size_t kOverlapBytes = 512;

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

PatternIndex::PatternIndex(const mamori::v1::Policy& policy, const policy::Slots& slots)
    : rules_(policy.rules_size()) {
  for (int i = 0; i < policy.rules_size(); ++i) {
    for (const std::string& pattern : policy.rules(i).patterns()) {
      Add(slots.Expand(pattern), i, *slots.pool(), plain_);
    }
    for (const std::string& pattern : policy.rules(i).masked_patterns()) {
      Add(slots.Expand(pattern), i, *slots.pool(), masked_);
    }
  }
  Compile(plain_);
  Compile(masked_);
}

void PatternIndex::Add(const std::string& pattern, int rule, policy::PatternPool& pool,
                       Filter& filter) {
  if (filter.all.empty() || filter.all.back() != rule) filter.all.push_back(rule);
  if (const auto known = filter.ids.find(pattern); known != filter.ids.end()) {
    filter.rules[known->second].push_back(rule);
    return;
  }
  int id = 0;
  if (filter.patterns->Add(pattern, policy::PatternOptions(), &id) != RE2::NoError) return;
  filter.ids.emplace(pattern, id);
  filter.rules.push_back({rule});
  // Compiled here anyway: the matchers take it from the pool.
  pool.Adopt(pattern, {filter.patterns, &filter.patterns->GetRE2(id)});
}

void PatternIndex::Compile(Filter& filter) {
  if (filter.rules.empty()) return;
  std::vector<std::string> letters;
  filter.patterns->Compile(&letters);
  filter.ids.clear();
  RE2::Options options;
  options.set_literal(true);
  options.set_log_errors(false);
  options.set_max_mem(kLettersMemory);
  auto set = std::make_unique<RE2::Set>(options, RE2::UNANCHORED);
  for (const std::string& letter : letters) set->Add(letter, nullptr);
  if (!letters.empty() && set->Compile()) filter.letters = std::move(set);
  filter.usable = filter.letters != nullptr || letters.empty();
}

std::vector<int> PatternIndex::RulesIn(const Filter& filter, std::string_view text) {
  if (filter.rules.empty()) return {};
  std::vector<int> letters;
  RE2::Set::ErrorInfo error{};
  bool usable = filter.usable;
  if (usable && filter.letters != nullptr) {
    const bool any =
        filter.letters->Match(re2::StringPiece(text.data(), text.size()), &letters, &error);
    usable = any || error.kind == RE2::Set::kNoError;
  }
  if (!usable) return filter.all;
  std::vector<int> patterns;
  filter.patterns->AllPotentials(letters, &patterns);
  std::vector<int> rules;
  for (const int pattern : patterns) {
    rules.insert(rules.end(), filter.rules[pattern].begin(), filter.rules[pattern].end());
  }
  return rules;
}

std::vector<policy::Windows> PatternIndex::Candidates(const policy::ReportText& text) const {
  std::vector<policy::Windows> candidates(rules_);
  const std::string_view plain = text.plain.text();
  for (const policy::Span& window : WindowsOf(plain)) {
    for (int rule : RulesIn(plain_, plain.substr(window.begin, window.size()))) {
      std::vector<policy::Span>& windows = candidates[rule].plain;
      if (windows.empty() || !(windows.back() == window)) windows.push_back(window);
    }
  }
  for (int rule : RulesIn(masked_, text.bare.text())) candidates[rule].masked = true;
  return candidates;
}

}  // namespace mamori::triage
