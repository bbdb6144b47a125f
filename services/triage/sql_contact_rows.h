// The statements that count contacts.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_CONTACT_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_CONTACT_ROWS_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/contact_effect.h"
#include "services/triage/contact_window_rules.h"

namespace mamori::triage {

// Holds the actors of all contacts until the transaction ends, in one order for everybody.
absl::Status LockActors(db::Tx& tx, const std::vector<const ContactEffect*>& contacts);
absl::Status InsertMarks(db::Tx& tx, const ContactEffect& contact);
absl::StatusOr<ContactCount> CountContactsOf(db::Tx& tx, std::string_view tenant,
                                             const id::Id& report_id);

// A mark, and who may count it: everyone who sees customer harassment cases, or those alone who see
// its case.
struct AudienceMark {
  WindowMark mark;
  bool open = true;
  id::Id case_id;  // empty for a contact of no report, and of one whose case is not known here
};
// Of an actor's contacts with a company that began between the two, in the order of time and id.
absl::StatusOr<std::vector<AudienceMark>> SelectMarks(db::Tx& tx, const AccessSeal& seal,
                                                      const ContactEffect& contact,
                                                      const id::Id& actor, absl::Time from,
                                                      absl::Time to);

// Part of the disposal of a case that this transaction has locked: what was counted of its reports
// goes, its signals, and of an actor of whom nothing else is counted the lock too.
absl::Status EraseContacts(db::Tx& tx, const CaseRow& row, const std::vector<id::Id>& reports);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_CONTACT_ROWS_H_
