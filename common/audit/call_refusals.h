// From refused calls to the audit.
#ifndef MAMORI_COMMON_AUDIT_CALL_REFUSALS_H_
#define MAMORI_COMMON_AUDIT_CALL_REFUSALS_H_

#include <string>
#include <string_view>

#include "common/audit/refusals.h"
#include "common/server/caller.h"

namespace mamori::audit {

// For server::Rpc::ObserveRefusals. `refusals` outlives the calls.
inline auto RecordRefusalsIn(Refusals& refusals) {
  return [&refusals](const server::CallContext& call, std::string_view code) {
    refusals.Record({.action = server::ActionOf(call),
                     .code = std::string(code),
                     .tenant = call.tenant,
                     .who = {call.caller, call.person}});
  };
}

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_CALL_REFUSALS_H_
