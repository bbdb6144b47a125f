#include "common/policy/guards.h"

#include <algorithm>
#include <utility>

namespace mamori::policy {
namespace {

bool IsFor(const v1::Guard& guard, std::string_view category) {
  return guard.categories().empty() ||
         std::any_of(guard.categories().begin(), guard.categories().end(),
                     [&](const std::string& one) { return one == category; });
}

}  // namespace

Guards::Guards(const v1::Policy& policy, const Slots& slots) {
  for (const v1::Guard& guard : policy.guards()) {
    (guard.lowers() > 0 ? lowering_ : voiding_)
        .push_back({&guard, Add(guard.before(), slots), Add(guard.after(), slots),
                    Add(guard.sentence(), slots), Add(guard.anywhere(), slots)});
  }
  filter_.Compile();
  voiding_of_.resize(patterns_.size());
  for (size_t i = 0; i < voiding_.size(); ++i) {
    const Compiled& one = voiding_[i];
    for (const auto* patterns : {&one.before, &one.after, &one.sentence, &one.anywhere}) {
      for (const int pattern : *patterns) voiding_of_[static_cast<size_t>(pattern)].push_back(i);
    }
  }
}

std::vector<int> Guards::Add(const Strings& patterns, const Slots& slots) {
  std::vector<int> numbers;
  for (const std::string& pattern : patterns) {
    const std::string source = slots.Expand(pattern);
    const int number = filter_.Add(source, *slots.pool());
    if (number == static_cast<int>(patterns_.size()))
      patterns_.push_back(slots.pool()->Get(source));
    numbers.push_back(number);
  }
  return numbers;
}

void GuardReader::Prepare() {
  if (ready_) return;
  ready_ = true;
  may_match_.resize(guards_.patterns_.size());
  for (const int pattern : guards_.filter_.MayMatch(text_.plain.text())) {
    may_match_[static_cast<size_t>(pattern)] = true;
    const auto& voiding = guards_.voiding_of_[static_cast<size_t>(pattern)];
    may_void_.insert(may_void_.end(), voiding.begin(), voiding.end());
  }
  std::sort(may_void_.begin(), may_void_.end());
  may_void_.erase(std::unique(may_void_.begin(), may_void_.end()), may_void_.end());
  sentences_.resize(guards_.voiding_.size());
  text_wide_.resize(guards_.voiding_.size());
}

bool GuardReader::Match(const std::vector<int>& patterns, std::string_view part) const {
  return std::any_of(patterns.begin(), patterns.end(), [&](int pattern) {
    const auto number = static_cast<size_t>(pattern);
    return may_match_[number] &&
           guards_.patterns_[number]->Match({part.data(), part.size()}, 0, part.size(),
                                            RE2::UNANCHORED, nullptr, 0);
  });
}

bool GuardReader::SpeaksIn(size_t guard, const Span& sentence) {
  Said& said = sentences_[guard];
  if (said.begin != sentence.begin) {
    const std::string_view part = text_.plain.text();
    said = {sentence.begin,
            Match(guards_.voiding_[guard].sentence, part.substr(sentence.begin, sentence.size()))};
  }
  return said.speaks;
}

bool GuardReader::SpeaksAnywhere(size_t guard) {
  std::optional<bool>& said = text_wide_[guard];
  if (!said.has_value()) said = Match(guards_.voiding_[guard].anywhere, text_.plain.text());
  return *said;
}

bool GuardReader::SpeaksAt(size_t guard, const Span& span, const Span& sentence) {
  const Guards::Compiled& compiled = guards_.voiding_[guard];
  const std::string_view plain = text_.plain.text();
  const auto part = [&](size_t begin, size_t end) { return plain.substr(begin, end - begin); };
  if (Match(compiled.before, part(sentence.begin, span.begin))) return true;
  if (SpeaksIn(guard, sentence)) return true;
  if (!compiled.after.empty()) {
    if (Match(compiled.after, part(span.end, sentence.end))) return true;
    // Words that are quoted are denied after the quotation, however many sentences it has.
    const Span* const quotation = text::QuotationAround(text_.quotations, span);
    if (quotation != nullptr) {
      const Span around = text::SentenceAround(plain, {quotation->end, quotation->end});
      if (Match(compiled.after, part(quotation->end, around.end))) return true;
    }
  }
  return SpeaksAnywhere(guard);
}

const v1::Guard* GuardReader::Voiding(const Span& span, std::string_view category) {
  Prepare();
  if (may_void_.empty()) return nullptr;
  const Span sentence = text::SentenceAround(text_.plain.text(), span);
  for (const size_t i : may_void_) {
    const v1::Guard& guard = *guards_.voiding_[i].guard;
    if (IsFor(guard, category) && SpeaksAt(i, span, sentence)) return &guard;
  }
  return nullptr;
}

std::vector<const v1::Guard*> GuardReader::Lowering(const std::set<std::string>& categories) {
  std::vector<const v1::Guard*> guards;
  if (categories.empty()) return guards;
  Prepare();
  for (const Guards::Compiled& compiled : guards_.lowering_) {
    const bool concerned =
        std::any_of(categories.begin(), categories.end(),
                    [&](const std::string& one) { return IsFor(*compiled.guard, one); });
    if (concerned && Match(compiled.anywhere, text_.plain.text())) {
      guards.push_back(compiled.guard);
    }
  }
  return guards;
}

std::vector<Span> GuardReader::Keep(const v1::Rule& rule, std::vector<Span> spans,
                                    std::set<std::string>* voiding) {
  if (rule.counts_when_denied()) return spans;
  spans.erase(std::remove_if(spans.begin(), spans.end(),
                             [&](const Span& span) {
                               const v1::Guard* guard = Voiding(span, rule.category());
                               if (guard == nullptr) return false;
                               if (voiding != nullptr) voiding->insert(guard->id());
                               return true;
                             }),
              spans.end());
  return spans;
}

}  // namespace mamori::policy
