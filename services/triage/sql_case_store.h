// CaseStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_CASE_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_CASE_STORE_H_

#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/case_store.h"

namespace mamori::triage {

class SqlCaseStore final : public CaseStore {
 public:
  SqlCaseStore(db::Transactor& transactor, const time::Clock& clock, const AccessSeal& seal,
               const sealing::Sealer& sealer)
      : transactor_(transactor), clock_(clock), seal_(seal), content_(sealer) {}

  absl::StatusOr<mamori::v1::Case> Change(const CallKey& call, std::string_view tenant,
                                          const id::Id& case_id, Decide decide) override;
  absl::StatusOr<mamori::v1::CaseNote> ChangeWithNote(const CallKey& call, std::string_view tenant,
                                                      const id::Id& case_id,
                                                      Decide decide) override;
  absl::StatusOr<mamori::v1::CaseAccess> ChangeAccess(const CallKey& call, std::string_view tenant,
                                                      const id::Id& case_id,
                                                      Decide decide) override;
  absl::StatusOr<mamori::v1::Case> MergeCases(const CallKey& call, std::string_view tenant,
                                              const id::Id& from, const id::Id& into,
                                              DecideMerge decide) override;
  absl::StatusOr<mamori::v1::Case> Get(std::string_view tenant, const id::Id& case_id, Admit admit,
                                       absl::Time deadline) override;
  absl::StatusOr<mamori::v1::Case> GetByReport(std::string_view tenant, const id::Id& report_id,
                                               Admit admit, absl::Time deadline) override;
  absl::StatusOr<CaseRow> GetRow(std::string_view tenant, const id::Id& case_id,
                                 absl::Time deadline) override;
  absl::StatusOr<std::vector<CaseRow>> List(const CaseFilter& filter,
                                            const std::optional<CasePosition>& position, int limit,
                                            absl::Time deadline) override;

 private:
  // All that is on file of a case that `tx` has locked.
  absl::StatusOr<CaseFile> Opened(db::Tx& tx, const CaseRow& row, absl::Time deadline) const;

  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
  const CaseContent content_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_CASE_STORE_H_
