// What a stream asks while it lasts, of which only its first message, or its opened request, says
// whose it is.
#ifndef MAMORI_SERVICES_INTAKE_STAY_CHECK_H_
#define MAMORI_SERVICES_INTAKE_STAY_CHECK_H_

#include <memory>
#include <mutex>
#include <utility>

#include "common/server/rpc.h"
#include "common/server/stream_slots.h"
#include "common/status/macros.h"

namespace mamori::intake {

// Outlives its stream. Set by the handler, asked from the stream's watch.
class StayCheck {
 public:
  using Check = server::Rpc::StreamCheck;
  using Place = std::shared_ptr<server::StreamSlots::Place>;

  // Once. The place is the stream's until this is destroyed; `check` keeps what it needs by value.
  void Set(Place place, Check check) {
    std::lock_guard lock(mu_);
    place_ = std::move(place);
    check_ = std::move(check);
  }
  // OK before it was set.
  absl::Status Holds(const server::CallContext& call) const {
    Place place;
    Check check;
    {
      std::lock_guard lock(mu_);
      place = place_;
      check = check_;
    }
    if (place == nullptr) return absl::OkStatus();
    RETURN_IF_ERROR(place->Holds());
    return check(call);
  }

 private:
  mutable std::mutex mu_;
  Place place_;
  Check check_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_STAY_CHECK_H_
