// Who may request, approve and do an act of two persons, and when: pure rules over loaded facts.
#ifndef MAMORI_SERVICES_TRIAGE_TWO_PERSON_RULES_H_
#define MAMORI_SERVICES_TRIAGE_TWO_PERSON_RULES_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/two_person_service.pb.h"
#include "mamori/v1/access.pb.h"
#include "mamori/v1/policy.pb.h"
#include "services/triage/access_past.h"
#include "services/triage/act_time.h"

namespace mamori::triage {

// What an act of a kind is about.
struct ActKindRule {
  v1::ActKind kind;
  std::vector<const char*> collections;  // one of which the resource is of
  std::vector<const char*> fields;       // all of them, alphabetical
  bool may_be_emergency;
};
// Null for what is no kind.
const ActKindRule* RuleOf(v1::ActKind kind);

struct ActPeriods {
  absl::Duration wait;
  absl::Duration expiry;
};
ActPeriods PeriodsOf(const mamori::v1::TwoPersonPolicy& policy, bool emergency);

// Whether one of both let the other into the case by name: then they are not independent, also when
// the other was taken out, or let in by somebody else, since.
bool LetIn(std::string_view one, std::string_view other, const mamori::v1::CaseAccess& access);

// What both approved, against what is there now.
struct ActFacts {
  ActTime time;
  // Of every case that the resource is about; may be none.
  std::vector<const mamori::v1::CaseAccess*> access;
  // Of the same cases, as they were before; null for none.
  const AccessPast* past = nullptr;
  int64_t resource_version = 0;
};

// Each is OK or the error of TwoPersonService. `hash` is what the person approves.
absl::Status CheckApprove(const v1::TwoPersonAct& act, std::string_view person,
                          std::string_view hash, const ActFacts& facts);
absl::Status CheckWithdraw(const v1::TwoPersonAct& act);
// `hash` is that of what is about to be done.
absl::Status CheckUse(const v1::TwoPersonAct& act, std::string_view person, std::string_view hash,
                      const ActFacts& facts);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TWO_PERSON_RULES_H_
