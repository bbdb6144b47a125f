// What makes a policy's periods wrong: those of acts of two people, and of retention. Pure.
#ifndef MAMORI_COMMON_POLICY_CHECK_PERIODS_H_
#define MAMORI_COMMON_POLICY_CHECK_PERIODS_H_

#include <vector>

#include "common/policy/check.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// Periods out of range or in the wrong order, classes without a name or with another's, kinds of
// report that are none, or where there are to be none. In the order of the message.
std::vector<Problem> CheckPeriods(const v1::Policy& policy);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_CHECK_PERIODS_H_
