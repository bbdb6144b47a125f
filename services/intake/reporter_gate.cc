#include "services/intake/reporter_gate.h"

#include <utility>

#include "common/crypto/keyed_hash.h"
#include "common/status/macros.h"
#include "mamori/intake/v1/reporter_service.pb.h"

namespace mamori::intake {

bool IsShared(const SharingRow* row, const std::string& person_hash) {
  if (row == nullptr) return true;
  switch (row->scope) {
    case v1::SHARING_SCOPE_EVERYONE:
      return true;
    case v1::SHARING_SCOPE_PEOPLE:
      for (size_t at = 0; at + crypto::kTagBytes <= row->people.size(); at += crypto::kTagBytes) {
        if (row->people.compare(at, crypto::kTagBytes, person_hash) == 0) return true;
      }
      return false;
    default:
      return false;
  }
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
