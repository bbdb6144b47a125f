// What intake has for an evidence bundle: reports with all that was added to them, their dialogues
// and files, opened against the commitments that the audit has to them.
#ifndef MAMORI_SERVICES_INTAKE_REPORT_EXPORTS_H_
#define MAMORI_SERVICES_INTAKE_REPORT_EXPORTS_H_

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/sealing/sealer.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/bundle_service.pb.h"
#include "services/intake/blob_store.h"
#include "services/intake/evidence_store.h"
#include "services/intake/intake_store.h"
#include "services/intake/message_store.h"
#include "services/intake/report_access.h"
#include "services/intake/reporter_gate.h"
#include "services/intake/sql_export_store.h"

namespace mamori::intake {

class ReportExports {
 public:
  struct Dependencies {
    IntakeStore& store;
    MessageStore& messages;
    EvidenceStore& evidence;
    BlobStore& blobs;
    SqlExportStore& exports;
    const ReportAccess& access;
    ReporterGate& reporters;
    const sealing::Sealer& sealer;
    // For the audit's own tables.
    db::Transactor& transactor;
    const time::Clock& clock;
    time::Sleeper& sleeper;
    id::IdSource& ids;
  };
  explicit ReportExports(Dependencies dependencies) : d_(dependencies) {}

  // False when nobody reads any more.
  using Write = std::function<bool(const v1::ExportReportsResponse&)>;
  // RESOURCE_EXHAUSTED beyond what may go on at once: each holds a handler's thread for as long as
  // its reader takes.
  absl::Status Export(const server::CallContext& call, const v1::ExportReportsRequest& request,
                      const Write& write);

 private:
  const Dependencies d_;
  std::atomic<int> streams_{0};
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORT_EXPORTS_H_
