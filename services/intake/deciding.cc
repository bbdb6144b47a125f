#include "services/intake/deciding.h"

#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"

namespace mamori::intake {

absl::StatusOr<ReporterAct> DecidingAct(MessageStore& messages, const time::Clock& clock,
                                        const server::CallContext& call, const Party& party) {
  if (party.role != ReporterRole::kReporter) {
    return status::Error(absl::StatusCode::kPermissionDenied,
                         mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED,
                         "whose report it is decides about it");
  }
  ASSIGN_OR_RETURN(const DialogueFacts facts,
                   messages.Facts(party.tenant, party.report_id, call.deadline));
  ReporterAct act;
  act.tenant = party.tenant;
  act.report_id = party.report_id;
  act.anonymous = facts.anonymous;
  act.who.caller = party.caller;
  act.now = time::Told(clock.Now(), facts.anonymous);
  return act;
}

mamori::v1::Event EventOf(const ReporterAct& act, id::IdSource& ids) {
  mamori::v1::Event event;
  event.set_event_id(ids.NewId());
  event.set_tenant(act.tenant);
  event.set_source("intake");
  event.set_subject_id(act.report_id);
  *event.mutable_event_time() = time::ToTimestamp(act.now);
  event.set_anonymous(act.anonymous);
  return event;
}

}  // namespace mamori::intake
