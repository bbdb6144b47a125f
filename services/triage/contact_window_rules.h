// When contacts of one actor, counted in a sliding window, cross a threshold. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_CONTACT_WINDOW_RULES_H_
#define MAMORI_SERVICES_TRIAGE_CONTACT_WINDOW_RULES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "common/id/id.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::triage {

struct WindowMark {
  absl::Time start;
  id::Id contact;
  int64_t minutes = 0;
  id::Id demand;  // empty for none
};

struct WindowCrossing {
  absl::Time time;  // when the contact that crossed began
  id::Id contact;
  int64_t value = 0;
  id::Id demand;  // of a threshold of SAME_DEMAND
};

// One that was told of before.
struct PastCrossing {
  absl::Time time;
  id::Id demand;
};

absl::Duration WindowOf(const mamori::v1::ContactThreshold& threshold);

// The first contact from `since` on with which the count of the window that ends with it is at the
// threshold or above. `marks` are in the order of time and id, from one window before `since` to
// one after it. Nothing when one was told of less than a window before or after it, for the same
// demand: however the contacts arrive, a crossing is told once; and what stays above is told again
// once a window, whatever people made of the last time.
std::optional<WindowCrossing> FindCrossing(const mamori::v1::ContactThreshold& threshold,
                                           const std::vector<WindowMark>& marks, absl::Time since,
                                           const std::vector<PastCrossing>& past);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CONTACT_WINDOW_RULES_H_
