// ActStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_ACT_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_ACT_STORE_H_

#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/act_store.h"
#include "services/triage/case_content.h"
#include "services/triage/time_marks.h"

namespace mamori::triage {

class SqlActStore final : public ActStore {
 public:
  SqlActStore(db::Transactor& transactor, const time::Clock& clock, const AccessSeal& seal,
              const sealing::Sealer& sealer, const TimeMarks& marks)
      : transactor_(transactor), clock_(clock), seal_(seal), content_(sealer), marks_(marks) {}

  absl::StatusOr<ActResource> ReadResource(std::string_view tenant, v1::ActKind kind,
                                           const std::string& resource,
                                           absl::Time deadline) override;
  absl::StatusOr<v1::TwoPersonAct> Add(const CallKey& call, const ActCaller& caller,
                                       std::string_view tenant, v1::ActKind kind,
                                       const std::string& resource, DecideNew decide) override;
  absl::StatusOr<v1::TwoPersonAct> Change(const CallKey& call, const ActCaller& caller,
                                          std::string_view tenant, const id::Id& act_id,
                                          Decide decide) override;
  absl::StatusOr<v1::TwoPersonAct> Get(std::string_view tenant, const id::Id& act_id,
                                       absl::Time deadline) override;
  absl::StatusOr<std::vector<v1::TwoPersonAct>> List(std::string_view tenant,
                                                     const std::string& resource,
                                                     const std::optional<CasePosition>& position,
                                                     int limit, absl::Time deadline) override;
  absl::StatusOr<mamori::v1::CaseAccess> ChangeAccessByAct(
      const CallKey& call, std::string_view tenant, const id::Id& case_id, const id::Id& act_id,
      const std::string& person, const std::vector<std::pair<std::string, std::string>>& fields,
      CaseStore::Decide decide) override;
  absl::Status UseForIdentity(const CallKey& call, const ActCaller& caller, std::string_view tenant,
                              const id::Id& report_id, const id::Id& act_id,
                              const std::string& person, Admit admit) override;

 private:
  absl::StatusOr<ActResource> Select(db::Tx& tx, std::string_view tenant, v1::ActKind kind,
                                     const std::string& resource, bool for_update) const;
  // Of an act that disposes of a record of the tenant's.
  absl::StatusOr<ActResource> SelectRecordResource(db::Tx& tx, std::string_view tenant,
                                                   const std::string& resource,
                                                   bool for_update) const;
  // Of a new act: its case's or record's, else one of its own.
  absl::StatusOr<sealing::DataKey> KeyFor(db::Tx& tx, std::string_view tenant,
                                          const ActResource& found, absl::Time deadline) const;

  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
  const CaseContent content_;
  const TimeMarks& marks_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_ACT_STORE_H_
