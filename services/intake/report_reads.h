// Who read reports, for the record of a leak. Blocking.
#ifndef MAMORI_SERVICES_INTAKE_REPORT_READS_H_
#define MAMORI_SERVICES_INTAKE_REPORT_READS_H_

#include "absl/status/statusor.h"
#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/server/caller.h"
#include "mamori/intake/v1/identity_service.pb.h"

namespace mamori::intake {

class ReportReads {
 public:
  ReportReads(db::Transactor& transactor, const audit::Journal& journal)
      : transactor_(transactor), journal_(journal) {}

  absl::StatusOr<v1::ListReportReadsResponse> List(const server::CallContext& call,
                                                   const v1::ListReportReadsRequest& request);

 private:
  db::Transactor& transactor_;
  const audit::Journal& journal_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORT_READS_H_
