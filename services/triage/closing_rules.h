// What has to be there before a case goes on, and before it is closed. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_CLOSING_RULES_H_
#define MAMORI_SERVICES_TRIAGE_CLOSING_RULES_H_

#include <string>
#include <vector>

#include "mamori/v1/case.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::triage {

// Whether withdrawing it asks for what closing does: somebody has judged it, or looks into it.
bool EndsLikeClosing(mamori::v1::CaseState state, bool judged);

// Whether the policy lets no case enter `state` while the risk of detriment is not recorded.
bool NeedsRisk(const mamori::v1::Policy& policy, mamori::v1::CaseState state);

struct ClosingFacts {
  bool risk = false;                  // the risk of detriment is assessed, or it is said why not
  bool prevention = false;            // an action against recurrence is planned or done
  bool no_prevention_reason = false;  // or it is stated why there is none
  bool judged = false;                // or nobody can judge it: what is no harassment by its kind
  bool harassment = false;            // the judgement in force
  bool cared = false;  // somebody affected was spoken with, or has said that no care is wanted
  bool open_tasks = false;
};

// Ids of all that is missing: "risk", "prevention", "care", "tasks". Empty when the case may be
// closed.
std::vector<std::string> MissingForClosing(const ClosingFacts& facts);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CLOSING_RULES_H_
