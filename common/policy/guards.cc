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
    Compiled compiled{&guard, Patterns(guard.before(), slots), Patterns(guard.after(), slots),
                      Patterns(guard.sentence(), slots), Patterns(guard.anywhere(), slots)};
    (guard.lowers() > 0 ? lowering_ : voiding_).push_back(std::move(compiled));
  }
}

bool Guards::SpeaksAt(const Compiled& guard, const ReportText& text, const Span& span,
                      const Span& sentence) {
  const std::string_view plain = text.plain.text();
  const auto part = [&](size_t begin, size_t end) { return plain.substr(begin, end - begin); };
  if (!guard.before.empty() && guard.before.Match(part(sentence.begin, span.begin))) return true;
  if (!guard.sentence.empty() && guard.sentence.Match(part(sentence.begin, sentence.end))) {
    return true;
  }
  if (!guard.after.empty()) {
    if (guard.after.Match(part(span.end, sentence.end))) return true;
    // Words that are quoted are denied after the quotation, however many sentences it has.
    const Span* const quotation = text::QuotationAround(text.quotations, span);
    if (quotation != nullptr) {
      const Span around = text::SentenceAround(plain, {quotation->end, quotation->end});
      if (guard.after.Match(part(quotation->end, around.end))) return true;
    }
  }
  return false;
}

const v1::Guard* Guards::Voiding(const ReportText& text, const Span& span,
                                 std::string_view category) const {
  const Span sentence = text::SentenceAround(text.plain.text(), span);
  for (const Compiled& guard : voiding_) {
    if (!IsFor(*guard.guard, category)) continue;
    if (SpeaksAt(guard, text, span, sentence)) return guard.guard;
    if (!guard.anywhere.empty() && guard.anywhere.Match(text.plain.text())) return guard.guard;
  }
  return nullptr;
}

std::vector<const v1::Guard*> Guards::Lowering(const ReportText& text) const {
  std::vector<const v1::Guard*> guards;
  for (const Compiled& guard : lowering_) {
    if (guard.anywhere.Match(text.plain.text())) guards.push_back(guard.guard);
  }
  return guards;
}

std::vector<Span> Guards::Keep(const ReportText& text, const v1::Rule& rule,
                               std::vector<Span> spans, std::set<std::string>* voiding) const {
  if (rule.counts_when_denied()) return spans;
  spans.erase(std::remove_if(spans.begin(), spans.end(),
                             [&](const Span& span) {
                               const v1::Guard* guard = Voiding(text, span, rule.category());
                               if (guard == nullptr) return false;
                               if (voiding != nullptr) voiding->insert(guard->id());
                               return true;
                             }),
              spans.end());
  return spans;
}

}  // namespace mamori::policy
