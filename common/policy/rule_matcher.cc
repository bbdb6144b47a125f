#include "common/policy/rule_matcher.h"

#include <algorithm>
#include <string_view>

namespace mamori::policy {

bool AsksAnything(const v1::FactGate& facts) {
  return facts.min_contact_count() > 0 || facts.min_total_minutes() > 0 ||
         facts.actor_relations_size() > 0 || facts.channels_size() > 0 || facts.has_url() ||
         facts.immediate_danger() || facts.actor_side() != v1::ACTOR_SIDE_UNSPECIFIED ||
         facts.max_contact_count() > 0 || facts.max_total_minutes() > 0;
}

RuleMatcher::RuleMatcher(const v1::Rule& rule, const Slots& slots)
    : scope_(rule.scope()),
      patterns_(rule.patterns(), slots),
      masked_(rule.masked_patterns(), slots),
      exceptions_(rule.exceptions(), slots),
      context_(rule.context(), slots) {}

std::vector<Span> RuleMatcher::Find(const ReportText& text) const {
  Windows all;
  const Span whole{0, text.plain.text().size()};
  for (int i = 0; i < patterns_.size(); ++i) all.plain.push_back({whole, i});
  for (int i = 0; i < masked_.size(); ++i) all.masked.push_back(i);
  return Find(text, all);
}

std::vector<Span> RuleMatcher::Find(const ReportText& text, const Windows& windows) const {
  std::vector<Span> spans;
  for (const Windows::Place& place : windows.plain) {
    patterns_.FindAll(place.pattern, text.plain.text(), place.window, spans);
  }
  std::vector<Span> masked;
  for (const int pattern : windows.masked) {
    masked_.FindAll(pattern, text.bare.text(), {0, text.bare.text().size()}, masked);
  }
  for (const Span& span : masked) {
    // What is not masked is the plain patterns' matter: "ばかり" is not "バカ".
    if (text.bare.Altered(span)) spans.push_back(text.bare.ToSource(span));
  }
  if (spans.empty()) return spans;
  if (!context_.empty() && !context_.Match(text.plain.text())) return {};
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<Span> apart;
  for (const Span& span : spans) {
    if (apart.size() == kMaxSpans) break;
    if (!apart.empty() && span.begin < apart.back().end) continue;
    if (InScope(text, span) && !IsVoid(text, span)) apart.push_back(span);
  }
  return apart;
}

bool RuleMatcher::InScope(const ReportText& text, const Span& span) const {
  if (scope_ == v1::RULE_SCOPE_UNSPECIFIED) return true;
  const bool quoted = text::QuotationAround(text.quotations, span) != nullptr;
  return quoted == (scope_ == v1::RULE_SCOPE_QUOTED);
}

bool RuleMatcher::IsVoid(const ReportText& text, const Span& span) const {
  if (exceptions_.empty()) return false;
  const std::string_view plain = text.plain.text();
  const Span sentence = text::SentenceAround(plain, span);
  return exceptions_.Match(plain.substr(sentence.begin, sentence.size()));
}

}  // namespace mamori::policy
