// What is wrong with a request to ActorService, field by field. Pure. Each returns OK or
// INVALID_ARGUMENT with the violations.
#ifndef MAMORI_SERVICES_TRIAGE_ACTOR_REQUEST_RULES_H_
#define MAMORI_SERVICES_TRIAGE_ACTOR_REQUEST_RULES_H_

#include "absl/status/status.h"
#include "mamori/triage/v1/actor_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::ListActorsRequest& request);
absl::Status Validate(const v1::ListActorCandidatesRequest& request);
absl::Status Validate(const v1::JoinActorsRequest& request);
absl::Status Validate(const v1::SplitActorsRequest& request);
absl::Status Validate(const v1::ListUnseenLinksRequest& request);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACTOR_REQUEST_RULES_H_
