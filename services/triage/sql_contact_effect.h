// Counts contacts and tells of the thresholds that they cross, within the transaction that applies
// them.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_CONTACT_EFFECT_H_
#define MAMORI_SERVICES_TRIAGE_SQL_CONTACT_EFFECT_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/contact_effect.h"

namespace mamori::triage {

// Each is applied once by the inbox; two that belong to one actor are counted one after the other,
// in whatever replicas: a crossing is found once. EVENT_GAP when a contact's report has no case
// yet.
absl::Status ApplyContacts(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                           const std::vector<const ContactEffect*>& contacts, absl::Time now,
                           absl::Time deadline);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_CONTACT_EFFECT_H_
