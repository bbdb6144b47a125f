// What makes the patterns, slots, guards and examples of a policy wrong. Pure.
#ifndef MAMORI_COMMON_POLICY_CHECK_RULES_H_
#define MAMORI_COMMON_POLICY_CHECK_RULES_H_

#include <vector>

#include "common/policy/check.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// Slots that are named before they stand, patterns that RE2 refuses or that match nothing at all,
// rules with patterns that have no example and counter-example, examples that a rule does not find
// (guards included) and counter-examples that it finds. In the order of the message.
std::vector<Problem> CheckPatterns(const v1::Policy& policy);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_CHECK_RULES_H_
