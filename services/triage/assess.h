// What the policy's rules find in a report. Pure and deterministic: it proposes and explains,
// people decide.
#ifndef MAMORI_SERVICES_TRIAGE_ASSESS_H_
#define MAMORI_SERVICES_TRIAGE_ASSESS_H_

#include <re2/set.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/policy/rule_matcher.h"
#include "mamori/v1/assessment.pb.h"
#include "mamori/v1/policy.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::triage {

// Source of a severity that the reporter's own word sets.
inline constexpr char kImmediateDanger[] = "report.immediate_danger";

// True when all that the gate asks for holds in the report. A report that names no actor counts as
// one whose actor is unknown; an internal report then as one whose actor is someone inside.
bool FactsHold(const mamori::v1::FactGate& gate, const mamori::v1::Report& report);

// The rules of one policy version, compiled. Immutable and thread safe.
class Assessor {
 public:
  // `policy` has passed policy::Check(). `digest` is its version's.
  Assessor(mamori::v1::Policy policy, std::string digest);

  // `assess_time` is left to the caller. Supplements speak too, but only the narrative has evidence
  // spans.
  mamori::v1::Assessment Assess(const mamori::v1::Report& report) const;

  const mamori::v1::Policy& policy() const { return policy_; }
  const std::string& digest() const { return digest_; }

 private:
  struct Hit {
    const mamori::v1::Rule* rule;
    std::vector<policy::Span> spans;
  };
  // Indexes of the rules one of whose patterns may match in `text`.
  std::vector<bool> Candidates(std::string_view text) const;
  std::vector<Hit> FindHits(const mamori::v1::Report& report) const;
  void Recommend(mamori::v1::Assessment& assessment, bool danger) const;

  const mamori::v1::Policy policy_;
  const std::string digest_;
  std::vector<policy::RuleMatcher> matchers_;  // one per rule
  // All patterns in one automaton: a text is read once, then only rules that may match are tried.
  std::unique_ptr<RE2::Set> patterns_;
  std::vector<int> rule_of_pattern_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ASSESS_H_
