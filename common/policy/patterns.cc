#include "common/policy/patterns.h"

#include <algorithm>

namespace mamori::policy {
namespace {

// Matches looked at per pattern, voided ones included.
constexpr int kMaxMatches = 256;

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Patterns::Patterns(const google::protobuf::RepeatedPtrField<std::string>& patterns,
                   const Slots& slots)
    : state_(std::make_unique<State>()) {
  state_->pool = slots.pool();
  for (const std::string& pattern : patterns) state_->sources.push_back(slots.Expand(pattern));
}

const std::vector<std::shared_ptr<const RE2>>& Patterns::Compiled() const {
  std::call_once(state_->once, [this] {
    for (const std::string& source : state_->sources) {
      state_->compiled.push_back(state_->pool->Get(source));
    }
  });
  return state_->compiled;
}

bool Patterns::Match(std::string_view text) const {
  const auto& compiled = Compiled();
  return std::any_of(compiled.begin(), compiled.end(), [&](const auto& pattern) {
    return pattern->Match(Piece(text), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
  });
}

void Patterns::FindAll(std::string_view text, const text::Span& window,
                       std::vector<text::Span>& spans) const {
  for (int pattern = 0; pattern < size(); ++pattern) FindAll(pattern, text, window, spans);
}

void Patterns::FindAll(int pattern, std::string_view text, const text::Span& window,
                       std::vector<text::Span>& spans) const {
  const RE2& compiled = *Compiled()[static_cast<size_t>(pattern)];
  size_t from = window.begin;
  for (int i = 0; i < kMaxMatches && from < window.end; ++i) {
    re2::StringPiece match;
    if (!compiled.Match(Piece(text), from, window.end, RE2::UNANCHORED, &match, 1)) break;
    // No pattern of a checked policy matches nothing.
    if (match.empty()) break;
    const size_t begin = static_cast<size_t>(match.data() - text.data());
    from = begin + match.size();
    spans.push_back({begin, from});
  }
}

}  // namespace mamori::policy
