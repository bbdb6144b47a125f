// What makes a policy wrong. Pure.
#ifndef MAMORI_COMMON_POLICY_CHECK_H_
#define MAMORI_COMMON_POLICY_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

struct Problem {
  std::string path;  // proto path in the policy, such as "rules[3].severity"
  std::string what;  // what is wrong and what is wanted
};

// The event types that routes may name.
const std::vector<std::string_view>& EventTypes();

// Everything that is wrong, in the order of the message; empty when the policy may be used.
std::vector<Problem> Check(const v1::Policy& policy);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_CHECK_H_
