// What a request for an evidence bundle has to say. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_BUNDLE_RULES_H_
#define MAMORI_SERVICES_TRIAGE_BUNDLE_RULES_H_

#include "absl/status/status.h"
#include "mamori/triage/v1/bundle_service.pb.h"

namespace mamori::triage {

// INVALID_ARGUMENT with every wrong field.
absl::Status Validate(const v1::ExportEvidenceBundleRequest& request);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_BUNDLE_RULES_H_
