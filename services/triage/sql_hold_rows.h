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

namespace mamori::triage {

// A hold as it is stored.
struct HoldRow {
  id::Id hold_id;
  std::string tenant;
  std::string audit_first;
  std::string sealed;  // as it is stored
  v1::LegalHold hold;
};

// Records are sealed, each hold's with a key of its own. NOT_FOUND also for a row that is not
// believed.
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
// The ids of the cases that a hold names, those added by merging too.
absl::StatusOr<std::vector<id::Id>> SelectHeldCases(db::Tx& tx, std::string_view tenant,
                                                    const id::Id& hold_id);

// With its targets and its first audit entry. `cases` are those that it names and those they are
// merged into.
absl::Status InsertHold(db::Tx& tx, const AccessSeal& seal, const sealing::DataKey& key,
                        const HoldRow& row, const std::vector<id::Id>& cases,
                        const ActCaller& caller);
// Over what this transaction has locked; as it is then, its version grown by one.
absl::StatusOr<v1::LegalHold> UpdateHold(db::Tx& tx, const AccessSeal& seal,
                                         const sealing::DataKey& key, const HoldRow& before,
                                         v1::LegalHold after, const ActCaller& caller);

// Whoever places a hold or disposes of something calls this after it has locked the cases: of two
// at once one waits, or fails to commit.
absl::Status TouchHoldHead(db::Tx& tx, std::string_view tenant);
// What holds `from` holds `into` too from now on.
absl::Status CopyHolds(db::Tx& tx, std::string_view tenant, const id::Id& from, const id::Id& into);

// Whether a hold keeps the case: by its id, or by a person whom its access record was matched to. A
// hold that is not believed keeps it. Needs no key.
absl::StatusOr<bool> IsHeld(db::Tx& tx, const AccessSeal& seal, const CaseRow& row);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_HOLD_ROWS_H_
