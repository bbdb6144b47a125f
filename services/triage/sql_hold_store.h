// HoldStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_HOLD_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_HOLD_STORE_H_

#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/hold_store.h"
#include "services/triage/time_marks.h"

namespace mamori::triage {

// What a hold is about, with its version; without its record where that was disposed of. NOT_FOUND.
// For the acts on holds too.
absl::StatusOr<ActResource> SelectHoldResource(db::Tx& tx, const AccessSeal& seal,
                                               const CaseContent& content, std::string_view tenant,
                                               const id::Id& hold_id, bool for_update);

class SqlHoldStore final : public HoldStore {
 public:
  SqlHoldStore(db::Transactor& transactor, const time::Clock& clock, const AccessSeal& seal,
               const sealing::Sealer& sealer, const TimeMarks& marks)
      : transactor_(transactor), clock_(clock), seal_(seal), content_(sealer), marks_(marks) {}

  absl::StatusOr<v1::LegalHold> Place(const CallKey& call, const ActCaller& caller,
                                      std::string_view tenant, const id::Id& hold_id,
                                      const HoldScope& scope, DecideNew decide) override;
  absl::StatusOr<v1::LegalHold> Release(const CallKey& call, const ActCaller& caller,
                                        std::string_view tenant, const id::Id& hold_id,
                                        const id::Id& act_id, const std::string& person,
                                        Admit admit) override;
  absl::StatusOr<ActResource> ReadScope(std::string_view tenant, const HoldScope& scope,
                                        absl::Time deadline) override;
  absl::StatusOr<ActResource> ReadHold(std::string_view tenant, const id::Id& hold_id,
                                       absl::Time deadline) override;
  absl::StatusOr<std::vector<ActResource>> List(std::string_view tenant, bool released,
                                                const std::optional<CasePosition>& position,
                                                int limit, absl::Time deadline) override;

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
  const CaseContent content_;
  const TimeMarks& marks_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_HOLD_STORE_H_
