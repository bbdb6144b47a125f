// What people do with legal holds.
#ifndef MAMORI_SERVICES_TRIAGE_HOLDS_H_
#define MAMORI_SERVICES_TRIAGE_HOLDS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/hold_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/hold_store.h"

namespace mamori::triage {

class Holds {
 public:
  struct Dependencies {
    HoldStore& store;
    const AccessGate& gate;
    const time::Clock& clock;
    id::IdSource& ids;
    const idempotency::PageTokens& tokens;
  };
  explicit Holds(Dependencies dependencies) : d_(std::move(dependencies)) {}

  absl::StatusOr<v1::LegalHold> Place(const server::CallContext& call,
                                      const v1::PlaceHoldRequest& request);
  absl::StatusOr<v1::ListHoldsResponse> List(const server::CallContext& call,
                                             const v1::ListHoldsRequest& request);
  absl::StatusOr<v1::LegalHold> Release(const server::CallContext& call,
                                        const v1::ReleaseHoldRequest& request);

 private:
  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HOLDS_H_
