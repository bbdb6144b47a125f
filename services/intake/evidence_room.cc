#include "services/intake/evidence_room.h"

#include <utility>

#include "common/status/macros.h"

namespace mamori::intake {

EvidenceRoom::EvidenceRoom(ReporterRoom& reporters, IntakeStore& store, db::Transactor& transactor,
                           const sealing::Sealer& sealer, audit::Audit& audit,
                           const idempotency::PageTokens& tokens,
                           std::unique_ptr<inspection::Inspector> inspector,
                           server::Runtime& runtime, std::function<void()> committed)
    : store_(transactor, audit.journal()),
      blobs_(transactor),
      inspector_(std::move(inspector)),
      upkeep_(store_, blobs_, runtime.clock, {}),
      gauges_(store_, sealer, runtime.clock, runtime.telemetry),
      keeping_({.name = "evidence", .interval = absl::Seconds(30)}, runtime.ids, runtime.telemetry,
               [this] { return Keep(); }),
      uploads_({store, reporters.messages(), store_, blobs_, sealer, reporters.keys(),
                runtime.clock, runtime.ids,
                [this, committed] {
                  committed();
                  if (inspecting_) inspecting_->Wake();
                }}),
      evidences_({reporters.messages(), store_, blobs_, sealer, tokens, runtime.clock, runtime.ids,
                  &audit.reads(), inspector_ != nullptr}),
      service_({runtime.rpc, uploads_, evidences_, reporters.parties(), reporters.fresh_parties(),
                reporters.flood(), reporters.sealing(), runtime.clock}) {
  if (inspector_ == nullptr) return;
  inspections_.emplace(
      Inspections::Dependencies{transactor, store_, blobs_, sealer, *inspector_, runtime.clock,
                                runtime.ids, runtime.telemetry, std::move(committed)},
      Inspections::Options());
  inspecting_.emplace(
      worker::PeriodicOptions{
          .name = "inspection", .interval = absl::Seconds(5), .max_backoff = absl::Seconds(30)},
      runtime.ids, runtime.telemetry, [this] { return inspections_->RunOnce(); });
}

absl::StatusOr<bool> EvidenceRoom::Keep() {
  ASSIGN_OR_RETURN(const bool more, upkeep_.RunOnce());
  if (inspections_) RETURN_IF_ERROR(gauges_.Sample());
  return more;
}

void EvidenceRoom::Start() {
  keeping_.Start();
  if (inspecting_) inspecting_->Start();
}

void EvidenceRoom::Stop() {
  if (inspections_) inspections_->Stop();
  if (inspecting_) inspecting_->Stop();
  if (inspections_) inspections_->Release();
  keeping_.Stop();
}

}  // namespace mamori::intake
