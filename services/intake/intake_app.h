// The inside of the intake binary: everything made once and put together.
#ifndef MAMORI_SERVICES_INTAKE_INTAKE_APP_H_
#define MAMORI_SERVICES_INTAKE_INTAKE_APP_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/server/service_main.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::intake {

// INVALID_ARGUMENT names the field that is wrong or missing. Reads no files.
absl::Status CheckConfig(const config::v1::IntakeConfig& config);

// NOT_FOUND, FAILED_PRECONDITION or INVALID_ARGUMENT for the password's file, besides CheckConfig.
absl::StatusOr<std::unique_ptr<server::App>> MakeIntakeApp(const config::v1::IntakeConfig& config,
                                                           server::Runtime& runtime);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_INTAKE_APP_H_
