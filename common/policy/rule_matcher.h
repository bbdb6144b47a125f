// Finds where a rule of the policy speaks in a text. Pure; the facts of the report are the
// assessment's matter.
#ifndef MAMORI_COMMON_POLICY_RULE_MATCHER_H_
#define MAMORI_COMMON_POLICY_RULE_MATCHER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "common/policy/patterns.h"
#include "common/policy/report_text.h"
#include "common/policy/slots.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// True when the gate asks for any fact at all.
bool AsksAnything(const v1::FactGate& facts);
// True when the rule speaks by its facts alone.
inline bool IsWordless(const v1::Rule& rule) {
  return rule.patterns().empty() && rule.masked_patterns().empty();
}

// Where in a text which of a rule's patterns are tried.
struct Windows {
  struct Place {
    Span window;
    int pattern;  // place in the rule
  };
  std::vector<Place> plain;  // of `plain`, ascending; may overlap
  std::vector<int> masked;   // those of `masked_patterns`, in `bare`
  bool empty() const { return plain.empty() && masked.empty(); }
};

// Immutable and thread safe. The rule's patterns compile: Check() has seen it.
class RuleMatcher {
 public:
  // Passages kept per rule; more say nothing new.
  static constexpr size_t kMaxSpans = 16;

  RuleMatcher(const v1::Rule& rule, const Slots& slots);

  // Where the patterns match in the rule's scope and no exception matches in the same sentence,
  // if the text has the context that the rule asks for: spans of `text.plain`, ascending, without
  // overlap, at most kMaxSpans. Empty for a rule without patterns. Guards are not asked.
  std::vector<Span> Find(const ReportText& text) const;
  // The same, looking for patterns only within `windows`.
  std::vector<Span> Find(const ReportText& text, const Windows& windows) const;

 private:
  bool InScope(const ReportText& text, const Span& span) const;
  bool IsVoid(const ReportText& text, const Span& span) const;

  v1::RuleScope scope_;
  Patterns patterns_;
  Patterns masked_;
  Patterns exceptions_;
  Patterns context_;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_RULE_MATCHER_H_
