// The decision of common/authz with the deny rule off that MAMORI_DENY_RULE_OFF names by its
// number: linked before the real one into a triage of the tests' own (mamori-triage-rule-off),
// which shows that the table of every call notices when a rule is gone. Nothing that is shipped has
// it.
#include <cstdlib>
#include <optional>

#include "common/authz/access_rules.h"

namespace mamori::authz {

Decision Decide(const Viewer& viewer, const v1::CaseAccess& record, const v1::AccessPolicy& policy,
                Action action) {
  static const char* const rule = std::getenv("MAMORI_DENY_RULE_OFF");
  std::optional<DenyRule> off;
  if (rule != nullptr) off = static_cast<DenyRule>(std::atoi(rule));
  return Decide(FactsOf(viewer, record, policy), viewer.roles, action, off);
}

}  // namespace mamori::authz
