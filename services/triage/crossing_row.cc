#include "services/triage/crossing_row.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace mamori::triage {

audit::Entry EntryOf(const audit::Authenticator& authenticator, const CrossingRow& row,
                     audit::Who who, std::string action) {
  audit::Entry entry;
  entry.kind = audit::Kind::kContactSignal;
  entry.resource_id = row.crossing_id;
  entry.tenant = row.tenant;
  entry.action = std::move(action);
  entry.who = std::move(who);
  entry.record = authenticator.OfRecord(
      {"contact_crossing", row.crossing_id, row.tenant, row.company, row.actor, row.threshold,
       row.policy_digest, absl::StrCat(row.value), row.contact_id,
       absl::StrCat(static_cast<int>(row.audience)), absl::StrCat(static_cast<int>(row.state)),
       row.case_id, row.decided_by, absl::StrCat(static_cast<int>(row.dismissal))});
  return entry;
}

}  // namespace mamori::triage
