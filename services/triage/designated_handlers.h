// What people do with designations.
#ifndef MAMORI_SERVICES_TRIAGE_DESIGNATED_HANDLERS_H_
#define MAMORI_SERVICES_TRIAGE_DESIGNATED_HANDLERS_H_

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/designated_handler_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/handler_store.h"

namespace mamori::triage {

class DesignatedHandlers {
 public:
  struct Dependencies {
    HandlerStore& store;
    const AccessGate& gate;
    const time::Clock& clock;
    id::IdSource& ids;
    const idempotency::PageTokens& tokens;
  };
  explicit DesignatedHandlers(Dependencies dependencies) : d_(dependencies) {}

  using HandlerOr = absl::StatusOr<v1::DesignatedHandler>;
  HandlerOr Designate(const server::CallContext& call, const v1::DesignateHandlerRequest& request);
  HandlerOr Accept(const server::CallContext& call, const v1::AcceptDesignationRequest& request);
  HandlerOr Withdraw(const server::CallContext& call,
                     const v1::WithdrawDesignationRequest& request);
  HandlerOr Get(const server::CallContext& call, const v1::GetDesignatedHandlerRequest& request);
  absl::StatusOr<v1::ListDesignatedHandlersResponse> List(
      const server::CallContext& call, const v1::ListDesignatedHandlersRequest& request);

 private:
  // For those who may know of it; as for one that does not exist otherwise.
  HandlerOr Admit(const server::CallContext& call, const std::string& name) const;
  template <typename Request>
  HandlerOr Change(const server::CallContext& call, const Request& request,
                   HandlerStore::Decide decide);

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DESIGNATED_HANDLERS_H_
