// EvidenceStore on intake's tables.
#ifndef MAMORI_SERVICES_INTAKE_SQL_EVIDENCE_STORE_H_
#define MAMORI_SERVICES_INTAKE_SQL_EVIDENCE_STORE_H_

#include <string>
#include <vector>

#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "services/intake/evidence_store.h"

namespace mamori::intake {

class SqlEvidenceStore final : public EvidenceStore {
 public:
  SqlEvidenceStore(db::Transactor& transactor, const audit::Journal& journal)
      : transactor_(transactor), journal_(journal) {}

  absl::StatusOr<EvidenceRow> FindUpload(const std::string& tenant, const std::string& request_key,
                                         absl::Time deadline) override;
  absl::StatusOr<EvidenceRow> Add(const EvidenceRow& row, const audit::Who& who,
                                  absl::Time deadline) override;
  absl::Status Complete(const std::string& commitment, const NewEvidenceAccess& access,
                        absl::Time deadline) override;
  absl::StatusOr<EvidenceRow> Get(const std::string& tenant, const std::string& report_id,
                                  const std::string& evidence_id, absl::Time deadline) override;
  absl::StatusOr<std::vector<EvidenceRow>> List(const std::string& tenant,
                                                const std::string& report_id, v1::MessageSide side,
                                                const Position& after, int limit,
                                                absl::Time deadline) override;
  absl::Status AddAccess(const NewEvidenceAccess& access, absl::Time deadline) override;
  absl::StatusOr<bool> Settle(const NewEvidenceAccess& access, const worker::Lease& lease,
                              absl::Time deadline) override;
  absl::StatusOr<std::vector<EvidenceAccessRow>> ListAccess(const std::string& tenant,
                                                            const std::string& evidence_id,
                                                            int64_t before, int limit,
                                                            absl::Time deadline) override;
  absl::StatusOr<std::vector<EvidenceAccessRow>> FindInspections(
      const std::string& tenant, const std::vector<std::string>& evidence_ids,
      absl::Time deadline) override;
  absl::StatusOr<std::vector<EvidenceRow>> ListUninspected(const std::string& after, int limit,
                                                           absl::Time deadline) override;
  absl::StatusOr<int> DropStale(absl::Time before, int limit, absl::Time deadline) override;
  absl::StatusOr<std::vector<Blob>> ListDropped(int limit, absl::Time deadline) override;
  absl::Status Forget(const Blob& blob, absl::Time deadline) override;
  absl::StatusOr<int64_t> ForgetRequests(absl::Time now, int limit, absl::Time deadline) override;

 private:
  absl::StatusOr<db::Rows> Read(absl::Time deadline, const std::string& sql,
                                const db::Params& params);
  absl::StatusOr<EvidenceRow> AddIn(db::Tx& tx, const EvidenceRow& row, const audit::Who& who);
  absl::StatusOr<bool> DropOneStale(const EvidenceRow& row, absl::Time deadline);
  // `first` is the hash of the report's chain, whose row is locked.
  absl::Status AddAccessIn(db::Tx& tx, const NewEvidenceAccess& access, const std::string& first);

  db::Transactor& transactor_;
  const audit::Journal& journal_;
};

// What belongs to a report goes with it, in the transaction that erases it: the bytes are deleted
// later, a few at a time. Who only destroys the key keeps the rows, which no longer open.
absl::Status DropEvidenceBytes(db::Tx& tx, const std::string& tenant, const std::string& report_id);
absl::Status DropEvidence(db::Tx& tx, const std::string& tenant, const std::string& report_id);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SQL_EVIDENCE_STORE_H_
