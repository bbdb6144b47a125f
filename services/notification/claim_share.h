// How a batch of claims is shared among urgencies: the most urgent first, and nothing waits for
// ever behind it. Pure.
#ifndef MAMORI_SERVICES_NOTIFICATION_CLAIM_SHARE_H_
#define MAMORI_SERVICES_NOTIFICATION_CLAIM_SHARE_H_

#include <algorithm>

namespace mamori::notification {

// How many of one urgency go into a batch of at most `limit` of which `taken` are given away, when
// `less_urgent` other urgencies come after it: all but an eighth of the batch for each of those.
// The batch is `limit` when the least urgent has enough, and each gets something from 3 on.
inline int ClaimShare(int limit, int taken, int less_urgent) {
  if (taken >= limit) return 0;
  const int kept = (limit + 7) / 8 * less_urgent;
  return std::max(1, limit - taken - kept);
}

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_CLAIM_SHARE_H_
