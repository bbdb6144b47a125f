// How whoever is said to have acted is heard: what is needed before each step, and when it is late
// enough. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_HEARING_RULES_H_
#define MAMORI_SERVICES_TRIAGE_HEARING_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/authz/access_rules.h"
#include "mamori/triage/v1/hearing_service.pb.h"
#include "mamori/v1/access.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::NotifyAccusedRequest& request);
absl::Status Validate(const v1::RecordAccusedStatementRequest& request);
absl::Status Validate(const v1::RecordObjectionRequest& request);
absl::Status Validate(const v1::DecideObjectionRequest& request);
absl::Status Validate(const v1::WaiveHearingRequest& request);
absl::Status Validate(const v1::ListHearingsRequest& request);

// Whom of our own people the case names as having acted, alphabetical.
std::vector<std::string> AccusedOf(const mamori::v1::CaseAccess& access);

// What a step looks at.
struct HearingFacts {
  mamori::v1::HearingPolicy policy;
  std::vector<std::string> accused;
  std::vector<v1::Hearing> hearings;  // of the case
  // What is on file before the notice.
  bool affected_heard = false;
  bool evidence_fixed = false;
  bool risk_assessed = false;
  // When the fact finding was concluded, if it was.
  std::optional<absl::Time> conclude_time;
  absl::Time now;
};

// Each is OK or the error of HearingService.
absl::Status CheckNotify(const v1::NotifyAccusedRequest& request, authz::RoleSet roles,
                         const HearingFacts& facts);
absl::Status CheckWaive(const v1::WaiveHearingRequest& request, const HearingFacts& facts);
absl::Status CheckStatement(const v1::Hearing& hearing, const v1::AccusedWords& words,
                            const HearingFacts& facts);
absl::Status CheckObjection(const v1::Hearing& hearing, const v1::AccusedWords& words,
                            const HearingFacts& facts);
absl::Status CheckDecide(const v1::Hearing& hearing, const std::string& decider);

// That everybody of ours whom the case names was heard, had the time to answer, or is not heard for
// a stated reason: what is held true of a person rests on that. FAILED_PRECONDITION with
// HEARING_MISSING.
absl::Status CheckHeard(const HearingFacts& facts);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HEARING_RULES_H_
