// What keeps one sender from taking everybody's place. Per replica, in memory.
#ifndef MAMORI_SERVICES_INTAKE_FLOOD_CONTROL_H_
#define MAMORI_SERVICES_INTAKE_FLOOD_CONTROL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/config/v1/config.pb.h"
#include "services/intake/token_buckets.h"

namespace mamori::intake {

// INVALID_ARGUMENT names the field.
absl::Status CheckFlood(const config::v1::FloodControl& config);

// Thread safe. Never blocks.
class FloodControl {
 public:
  FloodControl(const config::v1::FloodControl& config, const time::Clock& clock);

  // In front of a submission of which it is known through whom it comes, `count` reports of it.
  // RESOURCE_EXHAUSTED (FLOOD).
  absl::Status AdmitNamed(const server::CallContext& call, int count = 1);
  // In front of an anonymous one: never refused for good. FAILED_PRECONDITION (WORK_REQUIRED) with
  // the difficulty that `work` for this `receipt` does not have.
  absl::Status AdmitAnonymous(const server::CallContext& call, const std::string& receipt,
                              const std::string& work);
  // In front of what is done by a receipt, whatever else goes on. RESOURCE_EXHAUSTED (FLOOD).
  absl::Status AdmitReceipt(const std::string& receipt);

 private:
  const int min_difficulty_;
  const int max_difficulty_;
  TokenBuckets person_;
  TokenBuckets application_;
  TokenBuckets tenant_;
  TokenBuckets anonymous_;
  TokenBuckets receipt_;
  const double anonymous_burst_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_FLOOD_CONTROL_H_
