// Which rules may match where in a text, found in one reading of it.
#ifndef MAMORI_SERVICES_TRIAGE_PATTERN_INDEX_H_
#define MAMORI_SERVICES_TRIAGE_PATTERN_INDEX_H_

#include <re2/filtered_re2.h>
#include <re2/set.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/policy/report_text.h"
#include "common/policy/rule_matcher.h"
#include "common/policy/slots.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::triage {

// Every pattern needs some letters to stand in the text. One automaton of all those letters reads
// each window of the text once; only rules whose letters are there are tried, and only there.
// Immutable and thread safe.
class PatternIndex {
 public:
  // `policy` has passed policy::Check().
  PatternIndex(const mamori::v1::Policy& policy, const policy::Slots& slots);

  // Per rule, where it has to be tried; nowhere for most.
  std::vector<policy::Windows> Candidates(const policy::ReportText& text) const;

 private:
  // Patterns of one kind, with the letters that they need.
  struct Filter {
    std::shared_ptr<re2::FilteredRE2> patterns = std::make_shared<re2::FilteredRE2>();
    std::map<std::string, int, std::less<>> ids;  // of patterns, by source
    std::vector<std::vector<int>> rules;          // by pattern
    std::vector<int> all;                         // every rule, ascending
    std::unique_ptr<RE2::Set> letters;            // nullptr when there are none
    bool usable = false;
  };
  static void Add(const std::string& pattern, int rule, policy::PatternPool& pool, Filter& filter);
  static void Compile(Filter& filter);
  // The rules that may match in `text`; all when the automaton runs out of memory: slower, never
  // blind.
  static std::vector<int> RulesIn(const Filter& filter, std::string_view text);

  int rules_ = 0;
  Filter plain_;
  Filter masked_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_PATTERN_INDEX_H_
