// Everything that keeps evidence, made once and put together for the binary.
#ifndef MAMORI_SERVICES_INTAKE_EVIDENCE_ROOM_H_
#define MAMORI_SERVICES_INTAKE_EVIDENCE_ROOM_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>

#include "common/audit/audit.h"
#include "common/db/transaction.h"
#include "common/idempotency/page_token.h"
#include "common/inspection/inspector.h"
#include "common/server/service_main.h"
#include "common/worker/periodic.h"
#include "services/intake/evidence_service.h"
#include "services/intake/evidence_upkeep.h"
#include "services/intake/inspection_metrics.h"
#include "services/intake/inspections.h"
#include "services/intake/reporter_room.h"
#include "services/intake/sql_blob_store.h"
#include "services/intake/sql_evidence_store.h"

namespace mamori::intake {

class EvidenceRoom {
 public:
  // `inspector` is null where none is configured: files wait for one then, and say so. `committed`
  // is called after an event was stored.
  EvidenceRoom(ReporterRoom& reporters, IntakeStore& store, db::Transactor& transactor,
               const sealing::Sealer& sealer, audit::Audit& audit,
               const idempotency::PageTokens& tokens,
               std::unique_ptr<inspection::Inspector> inspector, server::Runtime& runtime,
               std::function<void()> committed);

  grpc::Service* service() { return &service_; }
  EvidenceStore& store() { return store_; }
  BlobStore& blobs() { return blobs_; }
  void Start();
  // An inspection that is under way is broken off.
  void Stop();

 private:
  // For keeping_.
  absl::StatusOr<bool> Keep();

  SqlEvidenceStore store_;
  SqlBlobStore blobs_;
  const std::unique_ptr<inspection::Inspector> inspector_;
  EvidenceUpkeep upkeep_;
  InspectionGauges gauges_;
  worker::Periodic keeping_;
  std::optional<Inspections> inspections_;
  std::optional<worker::Periodic> inspecting_;
  Uploads uploads_;
  Evidences evidences_;
  EvidenceService service_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_EVIDENCE_ROOM_H_
