// The inside of the triage binary: everything made once and put together.
#ifndef MAMORI_SERVICES_TRIAGE_TRIAGE_APP_H_
#define MAMORI_SERVICES_TRIAGE_TRIAGE_APP_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/server/service_main.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::triage {

// INVALID_ARGUMENT names the field that is wrong or missing, in the configuration or in the policy
// file.
absl::Status CheckConfig(const config::v1::TriageConfig& config);

// NOT_FOUND, FAILED_PRECONDITION or INVALID_ARGUMENT for the password's file, besides CheckConfig.
absl::StatusOr<std::unique_ptr<server::App>> MakeTriageApp(const config::v1::TriageConfig& config,
                                                           server::Runtime& runtime);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TRIAGE_APP_H_
