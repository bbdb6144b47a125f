// The statements on crossings that several stores need.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_CROSSING_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_CROSSING_ROWS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/contact_effect.h"
#include "services/triage/crossing_row.h"

namespace mamori::triage {

// The columns that ReadCrossing reads, in its order.
inline constexpr char kCrossingColumns[] =
    "x.crossing_id, x.tenant, x.company, x.actor_id, x.threshold, x.policy_digest, x.value, "
    "x.demand_id,"
    " x.window_end, x.contact_id, x.audience, x.state, x.case_id, x.create_time, x.decided_by, "
    "x.decide_time,"
    " x.dismissal, x.audit_first";
CrossingRow ReadCrossing(const db::Row& row);

// With its first entry in the audit.
absl::Status InsertCrossing(db::Tx& tx, const AccessSeal& seal, CrossingRow row);

// Those of an actor's contacts with a company between the two times, in any order.
absl::StatusOr<std::vector<CrossingRow>> SelectCrossings(db::Tx& tx, const ContactEffect& contact,
                                                         const id::Id& actor, absl::Time from,
                                                         absl::Time to);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_CROSSING_ROWS_H_
