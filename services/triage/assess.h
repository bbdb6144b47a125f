// What the policy's rules find in a report. Pure and deterministic: it proposes and explains,
// people decide.
#ifndef MAMORI_SERVICES_TRIAGE_ASSESS_H_
#define MAMORI_SERVICES_TRIAGE_ASSESS_H_

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/policy/guards.h"
#include "common/policy/patterns.h"
#include "common/policy/report_text.h"
#include "common/policy/rule_matcher.h"
#include "common/policy/slots.h"
#include "mamori/v1/assessment.pb.h"
#include "mamori/v1/policy.pb.h"
#include "mamori/v1/report.pb.h"
#include "services/triage/assess_draft.h"
#include "services/triage/assess_facts.h"
#include "services/triage/leaning.h"
#include "services/triage/opinion.h"
#include "services/triage/pattern_index.h"
#include "services/triage/term_index.h"

namespace mamori::triage {

// Source of a severity that the reporter's own word sets.
inline constexpr char kImmediateDanger[] = "report.immediate_danger";

// The rules of one policy version, compiled. Immutable and thread safe.
class Assessor {
 public:
  // `policy` has passed policy::Check(). `digest` is its version's.
  Assessor(mamori::v1::Policy policy, std::string digest);
  Assessor(const Assessor&) = delete;
  Assessor& operator=(const Assessor&) = delete;

  // `assess_time` is left to the caller. Supplements speak too, but only the narrative has evidence
  // spans. Time grows with the length of the text, whatever it says.
  // The policy's own model is asked for a second opinion, where there is one.
  mamori::v1::Assessment Assess(const mamori::v1::Report& report) const {
    return Assess(report, opinion_.get());
  }
  // Asks `opinion`, which may be nullptr, instead: nothing but `second_opinion` depends on it.
  // Where no rule finds anything, rules that only hint are asked, and one act that they hint at is
  // proposed if the policy's leaning lends it enough: that belongs to the policy version alone.
  mamori::v1::Assessment Assess(const mamori::v1::Report& report, const Opinion* opinion) const;

  // What a model is asked about.
  OpinionInput InputOf(const mamori::v1::Report& report) const;
  // The policy's own model; nullptr when it has none.
  const Opinion* opinion() const { return opinion_.get(); }

  const mamori::v1::Policy& policy() const { return policy_; }
  const std::string& digest() const { return digest_; }

 private:
  struct Hit {
    int index;  // of the rule in the policy
    const mamori::v1::Rule* rule;
    std::vector<policy::Span> spans;  // of the plain narrative
  };
  // A text with the guards that are asked about it.
  struct Text : policy::ReportText {
    Text(std::string_view original, const policy::Guards& guards)
        : ReportText(original), guards(guards, *this) {}
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;
    mutable policy::GuardReader guards;
  };
  struct Texts {
    Texts(const mamori::v1::Report& report, const policy::Guards& guards);
    std::vector<std::string_view> Folded() const;
    const Text narrative;
    std::deque<Text> supplements;
  };
  // Which rules may match where in them.
  struct Candidates {
    std::map<int, policy::Windows> narrative;
    std::vector<std::map<int, policy::Windows>> supplements;
  };
  using Drafts = std::map<std::string, Draft>;  // by category

  OpinionInput InputOf(const std::vector<Hit>& hits, const Texts& texts) const;
  Candidates CandidatesIn(const Texts& texts) const;
  // Of the rules that only hint, or of all others.
  std::vector<Hit> FindHits(bool hints, const mamori::v1::Report& report, const Texts& texts,
                            const Candidates& candidates, std::set<std::string>& guards) const;
  Drafts DraftsOf(const std::vector<Hit>& hits, const mamori::v1::Report& report,
                  const Texts& texts, std::set<std::string>& guards) const;
  // What hints add where nothing was found: the act that the words lean to most.
  std::vector<Hit> Lend(const Leaning::Scores& scores, const mamori::v1::Report& report,
                        const Texts& texts, const Candidates& candidates, Drafts& drafts,
                        std::set<std::string>& guards) const;
  bool Speaks(const mamori::v1::SeverityLine& line, int index, const Texts& texts) const;
  void Recommend(const std::map<std::string, mamori::v1::Severity>& found, bool danger,
                 mamori::v1::Assessment& assessment) const;
  // Names the classes of other schemes that the findings fall under.
  void Classify(const mamori::v1::Report& report, mamori::v1::Assessment& assessment) const;

  const mamori::v1::Policy policy_;
  const std::string digest_;
  const policy::Slots slots_;
  const policy::Guards guards_;
  const PatternIndex index_;
  std::vector<policy::RuleMatcher> matchers_;        // one per rule
  std::vector<int> wordless_;                        // rules by their facts alone, ascending
  std::vector<policy::Patterns> severity_patterns_;  // one per severity line
  std::map<std::string, std::string, std::less<>> outside_act_;
  const TermIndex terms_;
  std::unique_ptr<const Opinion> opinion_;
  std::unique_ptr<const Leaning> leaning_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ASSESS_H_
