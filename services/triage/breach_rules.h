// What leaked of several cases by one cause. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_BREACH_RULES_H_
#define MAMORI_SERVICES_TRIAGE_BREACH_RULES_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/authz/access_rules.h"
#include "mamori/triage/v1/breach_service.pb.h"

namespace mamori::triage {

// Cases that one breach is about.
inline constexpr int kMaxBreachCases = 50;

absl::Status Validate(const v1::OpenBreachRequest& request);
absl::Status Validate(const v1::RecordBreachStepRequest& request);
absl::Status Validate(const v1::GetBreachRequest& request);
absl::Status Validate(const v1::ListBreachesRequest& request);

// Whether breaches are this person's to look after, by the roles alone.
bool MayLookAfterBreaches(authz::RoleSet roles);

// Each is OK or the error of BreachService.
absl::Status CheckBreachOpen(const v1::Breach& breach, absl::Time now);
absl::Status CheckBreachStep(const v1::Breach& breach, const v1::LeakStep& step, absl::Time now);

// When it was recorded that it is closed, whatever time the step names; none while it is open.
std::optional<absl::Time> CloseTimeOf(const v1::Breach& breach);

// Over all these incidents, by person.
std::vector<v1::BreachReader> ReadersOver(const std::vector<v1::LeakIncident>& incidents);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_BREACH_RULES_H_
