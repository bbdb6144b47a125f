// Erases what was told. For retention: who may decide it, and how many people, is decided there.
#ifndef MAMORI_SERVICES_INTAKE_ERASURE_H_
#define MAMORI_SERVICES_INTAKE_ERASURE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/sealing/eraser.h"
#include "common/time/clock.h"

namespace mamori::intake {

class Erasure {
 public:
  Erasure(db::Transactor& transactor, const audit::Journal& journal, sealing::Eraser& eraser,
          const time::Clock& clock)
      : transactor_(transactor), journal_(journal), eraser_(eraser), clock_(clock) {}

  // A report with its supplements, its contacts and the answers that repeat them. The row stays,
  // and the audit with what it says; nobody reads it again, in no backup either. May be called
  // again: it is in the audit each time. NOT_FOUND, also for another tenant's.
  absl::Status EraseReport(const std::string& tenant, const id::Id& report_id,
                           const audit::Who& who, absl::Time deadline);

 private:
  db::Transactor& transactor_;
  const audit::Journal& journal_;
  sealing::Eraser& eraser_;
  const time::Clock& clock_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_ERASURE_H_
