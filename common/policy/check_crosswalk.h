// What is wrong with a policy's crosswalk. Pure.
#ifndef MAMORI_COMMON_POLICY_CHECK_CROSSWALK_H_
#define MAMORI_COMMON_POLICY_CHECK_CROSSWALK_H_

#include <vector>

#include "common/policy/check.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// Ids that are missing or stand twice, lines that name no act, scheme, class, rule or basis, and a
// crosswalk without a version.
std::vector<Problem> CheckCrosswalk(const v1::Policy& policy);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_CHECK_CROSSWALK_H_
