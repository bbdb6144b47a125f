#include "services/triage/closing_rules.h"

namespace mamori::triage {

bool EndsLikeClosing(mamori::v1::CaseState state, bool judged) {
  switch (state) {
    case mamori::v1::CASE_STATE_INVESTIGATING:
    case mamori::v1::CASE_STATE_DECIDING:
    case mamori::v1::CASE_STATE_ACTING:
    case mamori::v1::CASE_STATE_MONITORING:
      return true;
    default:
      return judged;
  }
}

bool NeedsRisk(const mamori::v1::Policy& policy, mamori::v1::CaseState state) {
  const mamori::v1::CaseState by = policy.risk_assessed_by() == mamori::v1::CASE_STATE_UNSPECIFIED
                                       ? mamori::v1::CASE_STATE_INVESTIGATING
                                       : policy.risk_assessed_by();
  // The states of the work are numbered in its order.
  return state >= by && state <= mamori::v1::CASE_STATE_CLOSED;
}

std::vector<std::string> MissingForClosing(const ClosingFacts& facts) {
  std::vector<std::string> missing;
  if (!facts.risk) missing.emplace_back("risk");
  if (!facts.prevention && !facts.no_prevention_reason) missing.emplace_back("prevention");
  // Nobody to whom harassment happened is left alone at the end of it, nor by nobody's saying
  // whether it was.
  if ((facts.harassment || !facts.judged) && !facts.cared) missing.emplace_back("care");
  if (facts.open_tasks) missing.emplace_back("tasks");
  return missing;
}

}  // namespace mamori::triage
