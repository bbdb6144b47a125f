// The inspector that a configuration asks for.
#ifndef MAMORI_COMMON_INSPECTION_CONFIG_H_
#define MAMORI_COMMON_INSPECTION_CONFIG_H_

#include <memory>

#include "absl/status/status.h"
#include "common/inspection/inspector.h"
#include "common/inspection/process_inspector.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::inspection {

// INVALID_ARGUMENT names the field that is wrong or missing.
absl::Status CheckConfig(const config::v1::Inspector& config);

// Of a configuration that was checked.
ProcessInspector::Options OptionsOf(const config::v1::Inspector& config);

// Tries a worker, and logs what shuts it in here ("inspector"), so that nobody has to guess; a
// warning when there is none or when something does not hold. INVALID_ARGUMENT as CheckConfig.
// A worker that cannot be started does not keep a service from starting: Inspect is UNAVAILABLE.
absl::StatusOr<std::unique_ptr<Inspector>> MakeInspector(const config::v1::Inspector& config,
                                                         const time::Clock& clock,
                                                         telemetry::Telemetry& telemetry);

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_CONFIG_H_
