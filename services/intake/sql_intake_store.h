// The store in a MySQL-compatible database (deploy/db/migrations/intake).
#ifndef MAMORI_SERVICES_INTAKE_SQL_INTAKE_STORE_H_
#define MAMORI_SERVICES_INTAKE_SQL_INTAKE_STORE_H_

#include <string>
#include <vector>

#include "common/audit/journal.h"
#include "common/audit/notary.h"
#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

// The schema this code needs at least.
inline constexpr int kMinimumSchema = 271;

// Without a notary, for tools, no answer brings a statement.
class SqlIntakeStore final : public IntakeStore {
 public:
  SqlIntakeStore(db::Transactor& transactor, const time::Clock& clock,
                 const audit::Journal& journal, const audit::Notary* notary = nullptr)
      : transactor_(transactor), clock_(clock), journal_(journal), notary_(notary) {}

  absl::StatusOr<std::vector<std::string>> InsertReports(
      const std::vector<const NewReport*>& reports, absl::Time deadline) override;
  absl::StatusOr<std::vector<StoredAnswer>> FindAnswers(const std::vector<std::string>& keys,
                                                        absl::Time deadline) override;
  absl::StatusOr<std::map<std::string, bool>> AreAnonymous(const std::string& tenant,
                                                           const std::vector<std::string>& ids,
                                                           absl::Time deadline) override;
  absl::StatusOr<ReportFacts> GetFacts(const std::string& tenant, const std::string& report_id,
                                       absl::Time deadline) override;
  absl::StatusOr<std::vector<StoredReport>> GetReports(const std::string& tenant,
                                                       const std::vector<std::string>& ids,
                                                       absl::Time deadline) override;
  absl::StatusOr<std::vector<StoredSupplement>> GetSupplements(const std::string& tenant,
                                                               const std::string& report_id,
                                                               int limit,
                                                               absl::Time deadline) override;
  absl::StatusOr<std::vector<StoredHeading>> ListReports(const std::string& tenant,
                                                         const ReportFilter& filter,
                                                         const Position& after, int limit,
                                                         absl::Time deadline) override;
  absl::StatusOr<std::string> AddSupplement(const NewSupplement& supplement,
                                            absl::Time deadline) override;
  absl::StatusOr<std::string> AddContact(const NewContact& contact, absl::Time deadline) override;
  absl::StatusOr<std::vector<StoredContact>> GetContacts(const std::string& tenant,
                                                         const std::vector<std::string>& ids,
                                                         absl::Time deadline) override;
  absl::StatusOr<std::vector<StoredContact>> ListContacts(const std::string& tenant,
                                                          const ContactFilter& filter,
                                                          const Position& after, int limit,
                                                          absl::Time deadline) override;
  absl::StatusOr<int64_t> PruneAnswers(absl::Time before, int limit, absl::Time deadline) override;

 private:
  // A read-only transaction of one statement.
  absl::StatusOr<db::Rows> Read(absl::Time deadline, const std::string& sql,
                                const db::Params& params);

  db::Transactor& transactor_;
  const time::Clock& clock_;
  const audit::Journal& journal_;
  const audit::Notary* const notary_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SQL_INTAKE_STORE_H_
