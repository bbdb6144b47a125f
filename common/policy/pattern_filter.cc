#include "common/policy/pattern_filter.h"

#include <algorithm>

namespace mamori::policy {
namespace {

constexpr char kNever[] = "[^\\x00-\\x{10FFFF}]";

}  // namespace

int PatternFilter::Add(const std::string& source, PatternPool& pool) {
  if (const auto known = ids_.find(source); known != ids_.end()) return known->second;
  int id = 0;
  // What was checked compiles; anything else is a pattern that never matches.
  if (patterns_->Add(source, PatternOptions(), &id) != RE2::NoError) return Add(kNever, pool);
  ids_.emplace(source, id);
  pool.Adopt(source, {patterns_, &patterns_->GetRE2(id)});
  return id;
}

void PatternFilter::Compile() {
  if (ids_.empty()) return;
  std::vector<std::string> letters;
  patterns_->Compile(&letters);
  letters_ = text::LiteralSet(letters);
  letter_count_ = letters.size();
}

std::vector<int> PatternFilter::MayMatch(std::string_view text) const {
  std::vector<int> patterns;
  if (ids_.empty()) return patterns;
  std::vector<bool> seen(letter_count_);
  std::vector<int> letters;
  letters_.Find(text, [&](int index, size_t) {
    if (seen[static_cast<size_t>(index)]) return;
    seen[static_cast<size_t>(index)] = true;
    letters.push_back(index);
  });
  patterns_->AllPotentials(letters, &patterns);
  std::sort(patterns.begin(), patterns.end());
  return patterns;
}

}  // namespace mamori::policy
