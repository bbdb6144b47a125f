// Brings a service's checkpoints to its sinks, in their order and each at least once.
#ifndef MAMORI_COMMON_AUDIT_PUBLISHER_H_
#define MAMORI_COMMON_AUDIT_PUBLISHER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/sink.h"
#include "common/db/transaction.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"

namespace mamori::audit {

class Publisher {
 public:
  Publisher(db::Transactor& transactor, std::string service,
            std::vector<std::unique_ptr<Sink>> sinks, const time::Clock& clock,
            telemetry::Telemetry& telemetry);

  // Every sink gets what it lacks. One that does not take it keeps no other from it; its error is
  // returned and counted in mamori_audit_sink_failures_total.
  absl::StatusOr<bool> RunOnce();

 private:
  absl::StatusOr<bool> Feed(Sink& sink);
  // What was noted of a sink that cannot be asked.
  absl::StatusOr<int64_t> LastNoted(const Sink& sink);

  db::Transactor& transactor_;
  const std::string service_;
  const std::vector<std::unique_ptr<Sink>> sinks_;
  const time::Clock& clock_;
  telemetry::Telemetry& telemetry_;
};

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_PUBLISHER_H_
