#include "services/intake/consents.h"

#include "common/status/macros.h"
#include "services/intake/deciding.h"

namespace mamori::intake {
namespace {

v1::Consent ToProto(const ConsentRow& row) {
  v1::Consent consent;
  consent.set_version(row.version);
  consent.set_given(row.given);
  return consent;
}

}  // namespace

absl::StatusOr<v1::Consent> Consents::Decide(const server::CallContext& call, const Party& party,
                                             bool given) {
  ASSIGN_OR_RETURN(const ReporterAct act, DecidingAct(d_.messages, d_.clock, call, party));
  ASSIGN_OR_RETURN(const ConsentRow row,
                   d_.store.Decide(act, given, EventOf(act, d_.ids), call.deadline));
  d_.committed();
  return ToProto(row);
}

absl::StatusOr<v1::Consent> Consents::Give(const server::CallContext& call, const Party& party) {
  return Decide(call, party, true);
}

absl::StatusOr<v1::WithdrawConsentResponse> Consents::Withdraw(const server::CallContext& call,
                                                               const Party& party) {
  v1::WithdrawConsentResponse response;
  ASSIGN_OR_RETURN(*response.mutable_consent(), Decide(call, party, false));
  for (const v1::Remains remains : {v1::REMAINS_REPORT, v1::REMAINS_OPEN_DIALOGUE,
                                    v1::REMAINS_OPENED_CASE, v1::REMAINS_AUDIT}) {
    response.add_remains(remains);
  }
  return response;
}

absl::StatusOr<v1::Consent> Consents::Get(const server::CallContext& call, const Party& party) {
  ASSIGN_OR_RETURN(const ConsentRow row,
                   d_.store.FindConsent(party.tenant, party.report_id, call.deadline));
  return ToProto(row);
}

}  // namespace mamori::intake
