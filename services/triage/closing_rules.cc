#include "services/triage/closing_rules.h"

namespace mamori::triage {

std::vector<std::string> MissingForClosing(const ClosingFacts& facts) {
  std::vector<std::string> missing;
  if (!facts.prevention && !facts.no_prevention_reason) missing.emplace_back("prevention");
  // Nobody to whom harassment happened is left alone at the end of it.
  if (facts.harassment && !facts.cared) missing.emplace_back("care");
  return missing;
}

}  // namespace mamori::triage
