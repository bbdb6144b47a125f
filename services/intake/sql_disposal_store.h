// DisposalStore on the service's own tables.
#ifndef MAMORI_SERVICES_INTAKE_SQL_DISPOSAL_STORE_H_
#define MAMORI_SERVICES_INTAKE_SQL_DISPOSAL_STORE_H_

#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/sealing/eraser.h"
#include "common/time/clock.h"
#include "services/intake/disposal_store.h"

namespace mamori::intake {

class SqlDisposalStore final : public DisposalStore {
 public:
  SqlDisposalStore(db::Transactor& transactor, const time::Clock& clock,
                   const audit::Journal& journal, sealing::Eraser& eraser)
      : transactor_(transactor), clock_(clock), journal_(journal), eraser_(eraser) {}

  std::vector<absl::Status> Apply(absl::Span<const mamori::v1::Event* const> events,
                                  absl::Time deadline) override;

 private:
  absl::Status ApplyRange(db::Tx& tx, absl::Span<const mamori::v1::Event* const> events,
                          absl::Span<absl::Status> statuses,
                          std::vector<std::string>& key_ids) const;
  // Adds the data key of what was deleted, which the service's own list has.
  absl::Status Erase(db::Tx& tx, const mamori::v1::Event& event,
                     std::vector<std::string>& key_ids) const;

  db::Transactor& transactor_;
  const time::Clock& clock_;
  const audit::Journal& journal_;
  sealing::Eraser& eraser_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SQL_DISPOSAL_STORE_H_
