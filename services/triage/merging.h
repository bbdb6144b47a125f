// What becomes of the work on a case that is merged into another: nothing of it is forgotten. What
// is still to be done goes on there; what cannot go on there has to be done, or dropped, first.
#ifndef MAMORI_SERVICES_TRIAGE_MERGING_H_
#define MAMORI_SERVICES_TRIAGE_MERGING_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "mamori/v1/access.pb.h"
#include "mamori/v1/policy.pb.h"
#include "services/triage/case_store.h"

namespace mamori::triage {

// Who may see the case that goes on, once it does.
struct GoingOn {
  const mamori::v1::CaseAccess& access;
  const mamori::v1::AccessPolicy& policy;
};

// OK, or FAILED_PRECONDITION with WORK_OPEN that names it: measures that are neither rejected nor
// assessed, because approvals are bound to the findings of their own case; acts of two persons that
// wait, which are bound to its version; requests for disclosure that are not answered, which the
// subject's own request names; hearings that are not over of somebody who is heard in the case that
// goes on too; open tasks and actions against recurrence whose owner the case that goes on keeps
// out. Never a leak, of which few may know: it goes on at the tombstone.
// Or with HEARING_MISSING where a judgement of harassment, or a conclusion that it happened, would
// stand in the case that goes on about somebody who was not heard.
absl::Status CheckMergeable(const CaseStore::MergeFacts& facts, const GoingOn& into,
                            absl::Time now);

// Who merges, and when.
struct Carrier {
  std::string person;
  absl::Time time;  // as it is told
};

// The records that the case that goes on gets: tasks that are not done, actions against recurrence
// that are not reviewed, all care, so that nobody who was named is left alone, what was reported of
// retaliation, hearings of whom nobody hears there, a judgement of harassment where there is none,
// and the graver assessment of the risk of detriment. DATA_LOSS.
absl::StatusOr<std::vector<WorkRow>> CarryOver(const CaseStore::MergeFacts& facts,
                                               const Carrier& carrier, id::IdSource& ids);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_MERGING_H_
