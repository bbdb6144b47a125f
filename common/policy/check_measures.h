// What makes a policy's approval rules and guards wrong. Pure.
#ifndef MAMORI_COMMON_POLICY_CHECK_MEASURES_H_
#define MAMORI_COMMON_POLICY_CHECK_MEASURES_H_

#include <vector>

#include "common/policy/check.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// Unknown measures and roles, needed roles that nobody of the rule could bring, numbers out of
// range, questions that could never be answered. In the order of the message.
std::vector<Problem> CheckMeasureDecisions(const v1::Policy& policy);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_CHECK_MEASURES_H_
