// What monitoring is told of the inspection of files.
#ifndef MAMORI_SERVICES_INTAKE_INSPECTION_METRICS_H_
#define MAMORI_SERVICES_INTAKE_INSPECTION_METRICS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/inspection/inspector.h"
#include "common/sealing/sealer.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "services/intake/evidence_store.h"

namespace mamori::intake {

// One that ended, with what was said of the file.
void CountInspection(telemetry::Telemetry& telemetry, inspection::Inspection::Malware malware,
                     absl::Duration took);
// One that will be tried again.
void CountFailedInspection(telemetry::Telemetry& telemetry);

// What waits, whichever replica inspects. Used by one thread.
class InspectionGauges {
 public:
  InspectionGauges(EvidenceStore& store, const sealing::Sealer& sealer, const time::Clock& clock,
                   telemetry::Telemetry& telemetry)
      : store_(store), sealer_(sealer), clock_(clock), telemetry_(telemetry) {}

  // Sets mamori_inspection_queue_depth, of at most 1,000, and mamori_inspection_age_seconds: since
  // when this process has seen the oldest of them wait. No row tells when within the day an
  // anonymous file came. A file whose key is erased, which a restore has brought back, waits for
  // nothing.
  absl::Status Sample();

 private:
  EvidenceStore& store_;
  const sealing::Sealer& sealer_;
  const time::Clock& clock_;
  telemetry::Telemetry& telemetry_;
  std::map<std::string, absl::Duration> seen_;  // by evidence: monotonic
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_INSPECTION_METRICS_H_
