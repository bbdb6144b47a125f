// What a reporter's decision about consent does to a case.
#ifndef MAMORI_SERVICES_TRIAGE_CONSENT_CHANGE_H_
#define MAMORI_SERVICES_TRIAGE_CONSENT_CHANGE_H_

#include "common/id/id.h"
#include "mamori/v1/event.pb.h"
#include "services/triage/case_change.h"

namespace mamori::triage {

// Into the case's access record; nothing where that is not believed, for it must not be written
// anew from nothing.
void DecideConsent(const id::Id& report_id, const mamori::v1::ConsentDecided& decided,
                   ChangeBuilder& builder);
// The report was withdrawn: what was consented to for it is not, while the case is a consultation.
void EndConsent(const id::Id& report_id, ChangeBuilder& builder);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CONSENT_CHANGE_H_
