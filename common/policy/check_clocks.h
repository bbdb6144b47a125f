// What makes the calendars and clocks of a policy wrong. Pure, but for the machine's time zones.
#ifndef MAMORI_COMMON_POLICY_CHECK_CLOCKS_H_
#define MAMORI_COMMON_POLICY_CHECK_CLOCKS_H_

#include <vector>

#include "common/policy/check.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// Whether a deadline of this regime may stand paused at all: what a law sets is stopped by nobody.
bool MayPause(v1::ClockRegime regime);

// In the order of the message: calendars, clocks, then the clocks and levels that routes name.
std::vector<Problem> CheckClocks(const v1::Policy& policy);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_CHECK_CLOCKS_H_
