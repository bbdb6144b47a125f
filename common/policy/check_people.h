// What makes wrong what a policy says of the people of a case: whose identity is opened, who
// handles it, who is heard, who asks, whose data leaked. Pure.
#ifndef MAMORI_COMMON_POLICY_CHECK_PEOPLE_H_
#define MAMORI_COMMON_POLICY_CHECK_PEOPLE_H_

#include <vector>

#include "common/policy/check.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// In the order of the message.
std::vector<Problem> CheckPeople(const v1::Policy& policy);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_CHECK_PEOPLE_H_
