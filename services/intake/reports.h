// The verbs on reports that are there: read, list, supplement. Blocking.
#ifndef MAMORI_SERVICES_INTAKE_REPORTS_H_
#define MAMORI_SERVICES_INTAKE_REPORTS_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/reads.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/sealing/sealer.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/intake_service.pb.h"
#include "services/intake/intake_store.h"
#include "services/intake/report_access.h"
#include "services/intake/reporter_gate.h"

namespace mamori::intake {

class Reports {
 public:
  // Whose content is read is recorded in `reads`; null records nothing, for tests. `reporters` says
  // what reporters let be read; null, for tests, that all of it is.
  Reports(IntakeStore& store, const ReportAccess& access, const sealing::Sealer& sealer,
          const idempotency::PageTokens& tokens, const time::Clock& clock, id::IdSource& ids,
          audit::ReadLog* reads, ReporterGate* reporters = nullptr)
      : store_(store),
        access_(access),
        sealer_(sealer),
        tokens_(tokens),
        clock_(clock),
        ids_(ids),
        reads_(reads),
        reporters_(reporters) {}

  absl::StatusOr<mamori::v1::Report> Get(const server::CallContext& call,
                                         const v1::GetReportRequest& request);
  absl::StatusOr<v1::BatchGetReportsResponse> BatchGet(const server::CallContext& call,
                                                       const v1::BatchGetReportsRequest& request);
  absl::StatusOr<v1::ListReportsResponse> List(const server::CallContext& call,
                                               const v1::ListReportsRequest& request);
  // Gives whole reports, as the person may read them, the newest first after `position`, which goes
  // along. Ends after the one for which `visit` is false; true when there are no more. Records no
  // read.
  absl::StatusOr<bool> Visit(const server::CallContext& call, Position& position,
                             const std::function<bool(const mamori::v1::Report&)>& visit);
  absl::StatusOr<mamori::v1::Supplement> Supplement(const server::CallContext& call,
                                                    const v1::SupplementReportRequest& request);

 private:
  // With its supplements, as many as an answer holds. Erased().
  absl::StatusOr<mamori::v1::Report> Complete(const server::CallContext& call,
                                              const std::string& tenant,
                                              const sealing::KeyRing& keys,
                                              const StoredReport& row);
  // Erased().
  absl::StatusOr<mamori::v1::Report> Listed(const server::CallContext& call,
                                            const sealing::KeyRing& keys, const StoredHeading& row);

  // Those of `ids` of which the person is to read no word: kept back by their reporters, or
  // withdrawn.
  absl::StatusOr<std::set<std::string>> Withheld(const server::CallContext& call,
                                                 const std::vector<std::string>& ids);
  // Those of `ids` that the caller may read.
  absl::StatusOr<std::vector<std::string>> Readable(const server::CallContext& call,
                                                    const std::vector<std::string>& ids);
  // A page of what the person may see, from `position` on: as full as the reports allow.
  absl::StatusOr<std::vector<StoredHeading>> ReadableRows(const server::CallContext& call,
                                                          const ReportFilter& filter,
                                                          Position& position, int limit);

  IntakeStore& store_;
  const ReportAccess& access_;
  const sealing::Sealer& sealer_;
  const idempotency::PageTokens& tokens_;
  const time::Clock& clock_;
  id::IdSource& ids_;
  absl::Status Gone(const server::CallContext& call, const std::string& report_id) const;
  // Leaves of `reports` what the person may read, as their reporters decided.
  absl::Status KeepShared(const server::CallContext& call, const std::string& tenant,
                          std::vector<mamori::v1::Report>& reports);

  audit::ReadLog* const reads_;
  ReporterGate* const reporters_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORTS_H_
