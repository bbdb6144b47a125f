// What the policy wants to be there before a measure. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_GUARD_RULES_H_
#define MAMORI_SERVICES_TRIAGE_GUARD_RULES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mamori/triage/v1/measure_service.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::triage {

// What the case's file says, which nobody can claim.
struct GuardFacts {
  std::map<std::string, int> carried_out;  // measures of the case, by their id in the policy
  // Different findings that the measure cites, at least partly substantiated.
  int substantiated = 0;
};

// The guard for a measure; null when the policy asks nothing before it.
const mamori::v1::MeasureGuard* GuardOf(const mamori::v1::Policy& policy, std::string_view measure);

// The questions without a sufficient answer, in the policy's order: all of them.
std::vector<const mamori::v1::GuardQuestion*> MissingAnswers(const mamori::v1::MeasureGuard& guard,
                                                             const v1::Measure& measure,
                                                             const GuardFacts& facts);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_GUARD_RULES_H_
