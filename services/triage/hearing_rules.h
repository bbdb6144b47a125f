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
#include "mamori/triage/v1/fact_finding_service.pb.h"
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

// Whether it is said of everyone whom the case names as having acted who of ours that is, or that
// it is none.
bool AreAccusedKnown(const mamori::v1::CaseAccess& access);
// What is held true of somebody of ours is not held true unheard.
inline bool NeedsHearing(v1::FactOutcome outcome) {
  return outcome == v1::FACT_OUTCOME_SUBSTANTIATED || outcome == v1::FACT_OUTCOME_PARTLY;
}

// What a step looks at.
struct HearingFacts {
  mamori::v1::HearingPolicy policy;
  std::vector<std::string> accused;
  bool identified = false;            // as AreAccusedKnown says
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
// a stated reason: what is held true of a person rests on that. Nor is it held true while it is
// open who they are. FAILED_PRECONDITION with HEARING_MISSING.
absl::Status CheckHeard(const HearingFacts& facts);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HEARING_RULES_H_
