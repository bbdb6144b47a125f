#include "services/triage/consent_change.h"

#include "common/authz/access_record.h"

namespace mamori::triage {

void DecideConsent(const id::Id& report_id, const mamori::v1::ConsentDecided& decided,
                   ChangeBuilder& builder) {
  if (builder.row().access.version() == 0) return;
  mamori::v1::ReportConsent decision;
  decision.set_report(id::Name("reports", report_id));
  decision.set_version(decided.version());
  decision.set_given(decided.given());
  authz::DecideConsent(decision, builder.ChangeAccess());
}

void EndConsent(const id::Id& report_id, ChangeBuilder& builder) {
  if (!builder.row().access.consulting()) return;
  authz::EndConsent(id::Name("reports", report_id), builder.ChangeAccess());
}

}  // namespace mamori::triage
