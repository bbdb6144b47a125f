#include "services/intake/reporter_gate.h"

#include <utility>

#include "common/authz/reporter_rights.h"
#include "common/crypto/keyed_hash.h"
#include "common/status/macros.h"
#include "mamori/intake/v1/reporter_service.pb.h"

namespace mamori::intake {

namespace {

// What is not known is shared with nobody.
authz::SharingScope ScopeOf(int scope) {
  switch (scope) {
    case v1::SHARING_SCOPE_EVERYONE:
      return authz::SharingScope::kEveryone;
    case v1::SHARING_SCOPE_PEOPLE:
      return authz::SharingScope::kPeople;
    default:
      return authz::SharingScope::kNobody;
  }
}

bool IsNamed(const std::string& people, const std::string& person_hash) {
  for (size_t at = 0; at + crypto::kTagBytes <= people.size(); at += crypto::kTagBytes) {
    if (people.compare(at, crypto::kTagBytes, person_hash) == 0) return true;
  }
  return false;
}

}  // namespace

bool IsShared(const SharingRow* row, const std::string& person_hash) {
  if (row == nullptr) return authz::IsShared(authz::SharingScope::kEveryone, false);
  return authz::IsShared(ScopeOf(row->scope), IsNamed(row->people, person_hash));
}

absl::StatusOr<ReporterGate::Withheld> ReporterGate::Find(
    const std::string& tenant, const std::vector<std::string>& report_ids,
    const std::string& person, absl::Time deadline) {
  ASSIGN_OR_RETURN(ReporterDecisions decisions, store_.FindDecisions(tenant, report_ids, deadline));
  Withheld withheld{.hidden = {}, .withdrawn = std::move(decisions.withdrawn)};
  for (const auto& [report_id, row] : decisions.sharing) {
    if (!IsShared(&row, keys_.PersonHash(tenant, report_id, person))) {
      withheld.hidden.insert(report_id);
    }
  }
  return withheld;
}

}  // namespace mamori::intake
