#include "services/intake/inspection_metrics.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "services/intake/content_seal.h"

namespace mamori::intake {
namespace {

constexpr int kGaugedFiles = 1000;
constexpr absl::Duration kSampleTimeout = absl::Seconds(10);

const char* ResultName(inspection::Inspection::Malware malware) {
  switch (malware) {
    case inspection::Inspection::kClean:
      return "clean";
    case inspection::Inspection::kInfected:
      return "infected";
    case inspection::Inspection::kNotScanned:
      return "not_scanned";
  }
  return "not_scanned";
}

}  // namespace

void CountInspection(telemetry::Telemetry& telemetry, inspection::Inspection::Malware malware,
                     absl::Duration took) {
  telemetry.Count("mamori_inspections_total", {{"result", ResultName(malware)}});
  telemetry.Observe("mamori_inspection_seconds", took);
}

void CountFailedInspection(telemetry::Telemetry& telemetry) {
  telemetry.Count("mamori_inspections_total", {{"result", "failed"}});
}

absl::Status InspectionGauges::Sample() {
  ASSIGN_OR_RETURN(
      const std::vector<EvidenceRow> rows,
      store_.ListUninspected(std::string(16, '\0'), kGaugedFiles, clock_.Now() + kSampleTimeout));
  ASSIGN_OR_RETURN(const sealing::KeyRing keys,
                   FetchKeys(sealer_, rows, &EvidenceRow::body, clock_.Now() + kSampleTimeout));
  const absl::Duration now = clock_.Monotonic();
  std::map<std::string, absl::Duration> waiting;
  absl::Duration oldest = now;
  for (const EvidenceRow& row : rows) {
    if (sealing::IsErased(keys.KeyOf(row.tenant, row.body).status())) continue;
    const auto before = seen_.find(row.evidence_id);
    const absl::Duration since = before == seen_.end() ? now : before->second;
    waiting[row.evidence_id] = since;
    oldest = std::min(oldest, since);
  }
  seen_ = std::move(waiting);
  telemetry_.Gauge("mamori_inspection_queue_depth", static_cast<double>(seen_.size()));
  telemetry_.Gauge("mamori_inspection_age_seconds", absl::ToDoubleSeconds(now - oldest));
  return absl::OkStatus();
}

}  // namespace mamori::intake
