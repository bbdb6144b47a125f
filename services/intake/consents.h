// Whether a consultation may become a case, as its reporter decides. Blocking.
#ifndef MAMORI_SERVICES_INTAKE_CONSENTS_H_
#define MAMORI_SERVICES_INTAKE_CONSENTS_H_

#include <functional>

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/reporter_service.pb.h"
#include "services/intake/consent_store.h"
#include "services/intake/dialogue_parties.h"
#include "services/intake/message_store.h"

namespace mamori::intake {

class Consents {
 public:
  struct Dependencies {
    ConsentStore& store;
    MessageStore& messages;
    const time::Clock& clock;
    id::IdSource& ids;
    std::function<void()> committed;  // there may be new events
  };
  explicit Consents(Dependencies dependencies) : d_(std::move(dependencies)) {}

  absl::StatusOr<v1::Consent> Give(const server::CallContext& call, const Party& party);
  absl::StatusOr<v1::WithdrawConsentResponse> Withdraw(const server::CallContext& call,
                                                       const Party& party);
  absl::StatusOr<v1::Consent> Get(const server::CallContext& call, const Party& party);

 private:
  absl::StatusOr<v1::Consent> Decide(const server::CallContext& call, const Party& party,
                                     bool given);

  const Dependencies d_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_CONSENTS_H_
