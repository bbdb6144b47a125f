// What a search has to say. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_SEARCH_RULES_H_
#define MAMORI_SERVICES_TRIAGE_SEARCH_RULES_H_

#include "absl/status/status.h"
#include "mamori/triage/v1/search_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::SearchCasesRequest& request);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SEARCH_RULES_H_
