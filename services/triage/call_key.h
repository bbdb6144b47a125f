// By what a verb's call takes effect once.
#ifndef MAMORI_SERVICES_TRIAGE_CALL_KEY_H_
#define MAMORI_SERVICES_TRIAGE_CALL_KEY_H_

#include "absl/strings/str_cat.h"
#include "common/idempotency/request_id.h"
#include "common/server/caller.h"
#include "services/triage/case_store.h"

namespace mamori::triage {

// For the audit.
inline audit::Who WhoOf(const server::CallContext& call) { return {call.caller, call.person}; }

// A person's own: nobody gets the answer that another was given.
template <typename Request>
CallKey KeyOf(const server::CallContext& call, const Request& request) {
  const std::string caller = absl::StrCat(call.caller, "\n", call.person);
  return {.key = idempotency::RequestKey(call.tenant, caller, call.method, request.request_id()),
          .digest = idempotency::BodyDigest(request),
          .deadline = call.deadline};
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CALL_KEY_H_
