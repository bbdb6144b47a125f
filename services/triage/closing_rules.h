// What has to be there before a case is closed. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_CLOSING_RULES_H_
#define MAMORI_SERVICES_TRIAGE_CLOSING_RULES_H_

#include <string>
#include <vector>

namespace mamori::triage {

struct ClosingFacts {
  bool prevention = false;            // an action against recurrence is planned or done
  bool no_prevention_reason = false;  // or it is stated why there is none
  bool harassment = false;            // the judgement in force
  bool cared = false;  // somebody affected was spoken with, or has said that no care is wanted
};

// Ids of all that is missing: "prevention", "care". Empty when the case may be closed.
std::vector<std::string> MissingForClosing(const ClosingFacts& facts);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CLOSING_RULES_H_
