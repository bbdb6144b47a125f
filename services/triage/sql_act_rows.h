// The statements on acts of two persons, and the one way to use one up.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_ACT_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_ACT_ROWS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/act_store.h"
#include "services/triage/case_content.h"
#include "services/triage/time_marks.h"

namespace mamori::triage {

// An act as it is stored.
struct ActRow {
  id::Id act_id;
  std::string tenant;
  std::string audit_first;
  std::string sealed;  // as it is stored
  v1::TwoPersonAct act;
};

// Records are sealed with the key of the case or record that they are about, or with one of their
// own. NOT_FOUND also for a row that is not believed, and for one whose key was erased with that.
absl::StatusOr<ActRow> SelectAct(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                                 std::string_view tenant, const id::Id& act_id, bool for_update);
absl::StatusOr<std::vector<v1::TwoPersonAct>> SelectActs(
    db::Tx& tx, const AccessSeal& seal, const CaseContent& content, std::string_view tenant,
    const std::string& resource, const std::optional<CasePosition>& position, int limit);

// Those of the newest 1,000 on the resource that are neither done nor withdrawn.
absl::StatusOr<std::vector<v1::TwoPersonAct>> SelectWaitingActs(db::Tx& tx, const AccessSeal& seal,
                                                                const CaseContent& content,
                                                                std::string_view tenant,
                                                                const std::string& resource);

// With its first audit entry.
absl::Status InsertAct(db::Tx& tx, const AccessSeal& seal, const sealing::DataKey& key,
                       std::string_view tenant, const NewAct& act, const ActCaller& caller);
// Over what this transaction has locked; as it is then, its version grown by one. `key` is that of
// `before`.
absl::StatusOr<v1::TwoPersonAct> UpdateAct(db::Tx& tx, const AccessSeal& seal,
                                           const sealing::DataKey& key, const ActRow& before,
                                           v1::TwoPersonAct after, const ActCaller& caller);

// Uses an act up in the transaction that does it: the one way for every verb that two persons are
// needed for. `access` are the records of the cases concerned, which `tx` has locked together with
// what `use` names. The act as used, or the error of CheckUse; NOT_FOUND for an act that is none of
// the tenant's.
absl::StatusOr<v1::TwoPersonAct> UseAct(db::Tx& tx, const AccessSeal& seal,
                                        const CaseContent& content, const TimeMarks& marks,
                                        const ActUse& use, std::string_view person,
                                        const std::vector<const mamori::v1::CaseAccess*>& access,
                                        const ActCaller& caller);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_ACT_ROWS_H_
