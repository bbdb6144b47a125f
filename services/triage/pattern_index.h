// Which rules may match where in a text, found in one reading of it.
#ifndef MAMORI_SERVICES_TRIAGE_PATTERN_INDEX_H_
#define MAMORI_SERVICES_TRIAGE_PATTERN_INDEX_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/policy/pattern_filter.h"
#include "common/policy/report_text.h"
#include "common/policy/rule_matcher.h"
#include "common/policy/slots.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::triage {

// Every pattern needs some letters to stand in the text. Each window of the text is read once for
// all those letters; only rules whose letters are there are tried, and only there. Immutable and
// thread safe.
class PatternIndex {
 public:
  // `policy` has passed policy::Check().
  PatternIndex(const mamori::v1::Policy& policy, const policy::Slots& slots);

  // Where the few rules that may match have to be tried, by their place in the policy.
  std::map<int, policy::Windows> Candidates(const policy::ReportText& text) const;

 private:
  // One of a rule's patterns.
  struct Use {
    int rule;
    int pattern;  // place in the rule
  };
  // Patterns of one kind, with the letters that they need.
  struct Kind {
    policy::PatternFilter filter;
    std::vector<std::vector<Use>> uses;  // by pattern
  };
  static void Add(const std::string& pattern, const Use& use, policy::PatternPool& pool,
                  Kind& kind);

  Kind plain_;
  Kind masked_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_PATTERN_INDEX_H_
