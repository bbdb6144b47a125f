// The statements on legal holds.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_HOLD_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_HOLD_ROWS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "mamori/triage/v1/hold_service.pb.h"
#include "services/triage/access_seal.h"
#include "services/triage/act_store.h"
#include "services/triage/case_content.h"
#include "services/triage/hold_store.h"

namespace mamori::triage {

// A hold as it is stored.
struct HoldRow {
  id::Id hold_id;
  std::string tenant;
  std::string audit_first;
  std::string sealed;  // as it is stored
  v1::LegalHold hold;
};

// Records are sealed, each hold's with a key of its own, or that of the record of the tenant's that
// it names. NOT_FOUND also for a row that is not believed, and for one whose key was erased with
// that record.
absl::StatusOr<HoldRow> SelectHold(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                                   std::string_view tenant, const id::Id& hold_id, bool for_update);
// Newest first, after `position` where there is one.
absl::StatusOr<std::vector<v1::LegalHold>> SelectHolds(db::Tx& tx, const AccessSeal& seal,
                                                       const CaseContent& content,
                                                       std::string_view tenant, bool released,
                                                       const std::optional<CasePosition>& position,
                                                       int limit);
// The key of a stored hold.
absl::StatusOr<sealing::DataKey> KeyOfHold(const CaseContent& content, const HoldRow& row,
                                           absl::Time deadline);
// What a hold names, and the cases that were added by merging.
absl::StatusOr<HoldScope> SelectHeld(db::Tx& tx, std::string_view tenant, const id::Id& hold_id);

// With its targets and its first audit entry. `cases`, which this transaction has locked, are those
// that it names and those they are merged into, each once; `record` is one of the tenant's. The
// audit tells of each target whom or what is held, so that nobody releases it by deleting a row.
absl::Status InsertHold(db::Tx& tx, const AccessSeal& seal, const sealing::DataKey& key,
                        const HoldRow& row, const std::vector<CaseRow>& cases,
                        const std::optional<RecordName>& record, const ActCaller& caller);
// Over what this transaction has locked; as it is then, its version grown by one.
absl::StatusOr<v1::LegalHold> UpdateHold(db::Tx& tx, const AccessSeal& seal,
                                         const sealing::DataKey& key, const HoldRow& before,
                                         v1::LegalHold after, const ActCaller& caller);

// Whoever places a hold, disposes of something or takes a report out of a case calls this after it
// has locked the cases: of two at once one waits, or fails to commit.
absl::Status TouchHoldHead(db::Tx& tx, std::string_view tenant);
// What holds `from` holds the case of `into` too from now on.
absl::Status CopyHolds(db::Tx& tx, const AccessSeal& seal, const id::Id& from,
                       const CaseChange& into);

// Whether a hold keeps the case: by its id, or by a person whom its access record was matched to. A
// hold that is not believed keeps it, and so does one that the audit tells of and whose row is
// gone, which alarms. Needs no key.
absl::StatusOr<bool> IsHeld(db::Tx& tx, const AccessSeal& seal, const CaseRow& row);
// The same of a record that is the tenant's: by its name, by the person whom it is about, or by a
// case in which it found something or has an incident, and what that was merged into.
absl::StatusOr<bool> IsHeld(db::Tx& tx, const AccessSeal& seal, std::string_view tenant,
                            const RetainedRecord& record);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_HOLD_ROWS_H_
