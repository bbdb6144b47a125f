// What a configuration of triage must say.
#ifndef MAMORI_SERVICES_TRIAGE_TRIAGE_SETTINGS_H_
#define MAMORI_SERVICES_TRIAGE_TRIAGE_SETTINGS_H_

#include "absl/status/status.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::triage {

// INVALID_ARGUMENT names the setting that is wrong or missing. All but the policy, whose reading
// takes long.
absl::Status CheckSettings(const config::v1::TriageConfig& config);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TRIAGE_SETTINGS_H_
