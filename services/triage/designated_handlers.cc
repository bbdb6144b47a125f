#include "services/triage/designated_handlers.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/authz/access_record.h"
#include "common/idempotency/hash.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/call_key.h"
#include "services/triage/case_change.h"
#include "services/triage/handler_rules.h"
#include "services/triage/page.h"

namespace mamori::triage {

using server::CallContext;
using v1::DesignatedHandler;

namespace {

HandlerCaller CallerOf(const CallContext& call) {
  return {.person = call.person, .roles = authz::RolesOf(call.roles)};
}

ActCaller AuditedOf(const CallContext& call) { return {WhoOf(call), server::ActionOf(call)}; }

std::string EtagOf(const DesignatedHandler& handler) {
  return absl::StrCat("h", handler.version());
}

DesignatedHandler Shown(DesignatedHandler handler) {
  handler.set_etag(EtagOf(handler));
  return handler;
}

DesignatedHandlers::HandlerOr Shown(DesignatedHandlers::HandlerOr handler) {
  if (handler.ok()) handler->set_etag(EtagOf(*handler));
  return handler;
}

template <typename Request>
absl::Status CheckEtag(const Request& request, const DesignatedHandler& before) {
  return request.etag().empty() || request.etag() == EtagOf(before) ? absl::OkStatus()
                                                                    : status::EtagMismatch();
}

// A case of one who may no longer have it.
CaseChange Given(const CaseRow& row, const v1::WithdrawDesignationRequest& request,
                 const ChangeContext& context) {
  ChangeBuilder builder(row, context);
  if (request.successor().empty() ||
      !authz::MayBeGiven(request.successor(), row.access, context.access)) {
    builder.Unassign();
  } else {
    builder.PassOn(request.successor());
  }
  return std::move(builder).Finish();
}

bool MayKnow(const CallContext& call, const DesignatedHandler& handler) {
  return MayReadHandlers(CallerOf(call)) || handler.person() == call.person;
}

}  // namespace

DesignatedHandlers::HandlerOr DesignatedHandlers::Admit(const CallContext& call,
                                                        const std::string& name) const {
  ASSIGN_OR_RETURN(const id::Id handler_id, id::FromName("handlers", name));
  ASSIGN_OR_RETURN(DesignatedHandler handler, d_.store.Get(call.tenant, handler_id, call.deadline));
  if (!MayKnow(call, handler)) return status::NotFound("handler");
  return handler;
}

template <typename Request>
DesignatedHandlers::HandlerOr DesignatedHandlers::Change(const CallContext& call,
                                                         const Request& request,
                                                         HandlerStore::Decide decide) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id handler_id, id::FromName("handlers", request.name()));
  // Before the request id too: an old answer is not for one who may no longer know of it.
  RETURN_IF_ERROR(Admit(call, request.name()).status());
  return Shown(d_.store.Change(KeyOf(call, request), AuditedOf(call), call.tenant, handler_id,
                               [&](const DesignatedHandler& before) -> HandlerOr {
                                 RETURN_IF_ERROR(CheckEtag(request, before));
                                 return decide(before);
                               }));
}

DesignatedHandlers::HandlerOr DesignatedHandlers::Designate(
    const CallContext& call, const v1::DesignateHandlerRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  return Shown(d_.store.Designate(
      KeyOf(call, request), AuditedOf(call), call.tenant, request.person(), d_.ids.NewId(),
      [&](const DesignatedHandler* before) {
        return triage::Designate(before, request.person(), CallerOf(call), d_.clock.Now());
      }));
}

DesignatedHandlers::HandlerOr DesignatedHandlers::Accept(
    const CallContext& call, const v1::AcceptDesignationRequest& request) {
  return Change(call, request, [&](const DesignatedHandler& before) {
    return AcceptDesignation(before, request.duty_version(), DutyVersionOf(d_.gate.handlers()),
                             CallerOf(call), d_.clock.Now());
  });
}

DesignatedHandlers::HandlerOr DesignatedHandlers::Withdraw(
    const CallContext& call, const v1::WithdrawDesignationRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id handler_id, id::FromName("handlers", request.name()));
  RETURN_IF_ERROR(Admit(call, request.name()).status());
  ChangeContext context{d_.clock.Now(),   call.traceparent, d_.ids,
                        d_.gate.policy(), WhoOf(call),      server::ActionOf(call)};
  context.handlers = &d_.gate.handlers();
  return Shown(d_.store.End(
      KeyOf(call, request), AuditedOf(call), call.tenant, handler_id,
      [&](const DesignatedHandler& before) -> HandlerOr {
        RETURN_IF_ERROR(CheckEtag(request, before));
        return WithdrawDesignation(before, request.cause(), request.successor(), CallerOf(call),
                                   context.now);
      },
      d_.gate.handlers(), [&](const CaseRow& row) { return Given(row, request, context); }));
}

DesignatedHandlers::HandlerOr DesignatedHandlers::Get(
    const CallContext& call, const v1::GetDesignatedHandlerRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  return Shown(Admit(call, request.name()));
}

absl::StatusOr<v1::ListDesignatedHandlersResponse> DesignatedHandlers::List(
    const CallContext& call, const v1::ListDesignatedHandlersRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const std::string digest =
      idempotency::Hash({"ListDesignatedHandlers", call.tenant, call.person});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  std::string after;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(after, d_.tokens.Open(binding, request.page_token()));
  }
  const size_t size = PageSize(request.page_size());
  v1::ListDesignatedHandlersResponse response;
  // Further on where others' are left out, so that pages are full.
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<DesignatedHandler> page,
                     d_.store.List(call.tenant, after, static_cast<int>(size) + 1, call.deadline));
    for (const DesignatedHandler& one : page) {
      if (!MayKnow(call, one)) continue;
      if (response.handlers_size() == static_cast<int>(size)) {
        response.set_next_page_token(
            d_.tokens.Seal(binding, response.handlers(response.handlers_size() - 1).person()));
        return response;
      }
      *response.add_handlers() = Shown(one);
    }
    if (page.empty()) return response;
    after = page.back().person();
  }
}

}  // namespace mamori::triage
