// Sends what is due: claims, hands to the transport, writes what became of it. Any number of
// replicas may run.
#ifndef MAMORI_SERVICES_NOTIFICATION_DISPATCHER_H_
#define MAMORI_SERVICES_NOTIFICATION_DISPATCHER_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "common/policy/policy_catalog.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "common/worker/periodic.h"
#include "services/notification/attempt_builder.h"
#include "services/notification/case_access.h"
#include "services/notification/circuit.h"
#include "services/notification/claim_quota.h"
#include "services/notification/dispatch_store.h"
#include "services/notification/outcome_writer.h"
#include "services/notification/transport.h"

namespace mamori::notification {

struct DispatcherOptions {
  int batch = 64;
  // Claims held of one webhook endpoint, from which on no more of it are taken.
  int per_endpoint = 8;
  absl::Duration lease = absl::Seconds(60);
  absl::Duration poll_interval = absl::Milliseconds(500);
  // An attempt begins only while this much is left of its claim: above every channel's time-out.
  absl::Duration attempt_budget = absl::Seconds(20);
  // Outcomes are gathered this long before they are written: one COMMIT for many, at no cost to the
  // receivers.
  absl::Duration linger = absl::Milliseconds(20);
  CircuitOptions circuit;
};

class Dispatcher final : public TransportListener {
 public:
  struct Dependencies {
    DispatchStore& store;
    policy::PolicyCatalog& policies;
    Transport& transport;
    const AttemptBuilder& builder;
    const time::Clock& clock;
    id::IdSource& ids;
    telemetry::Telemetry& telemetry;
    std::function<void()> wake_relay;
    const CaseAccess& access;
  };
  Dispatcher(Dependencies dependencies, DispatcherOptions options);
  ~Dispatcher() override;

  void Start();
  // No new claims; what has begun may end within half of `grace`; the rest is given back; outcomes
  // are written, or tried to be until `grace` is over. One that could not be written stays a claim
  // whose lease runs out: an unknown outcome.
  void Stop(absl::Duration grace);
  // There are new deliveries. Never blocks; never lost.
  void Wake();

  // One pass of the claiming thread: takes what is due and there is room for. True when there may
  // be more.
  absl::StatusOr<bool> ClaimOnce();
  // One pass of the writing thread: see OutcomeWriter::WriteOnce.
  absl::StatusOr<int> SettleOnce() { return outcomes_.WriteOnce(); }

  bool Begins(uint64_t ticket) override;
  void Ended(uint64_t ticket, const Outcome& outcome) override;

 private:
  struct InHand {
    Claim claim;
    std::shared_ptr<const policy::PolicyVersion> policy;
    absl::Duration asked;  // monotonic; when it was asked whether the receiver may be told
  };
  using Policy = std::shared_ptr<const policy::PolicyVersion>;

  absl::StatusOr<bool> ClaimChannel(mamori::v1::DeliveryChannel channel);
  absl::Status ClaimLost();
  // Gives back what waits in the transport and has to begin by `begin_by`, which is monotonic.
  void GiveBackWaiting(absl::Duration begin_by);
  absl::StatusOr<Policy> PolicyOf(const Claim& claim);
  // Takes out of `claims` what its receiver may not be told, and settles it.
  absl::Status Withhold(std::vector<Claim>& claims);
  // Prepares attempts for claims; what cannot be sent is settled at once.
  absl::Status HandOver(mamori::v1::DeliveryChannel channel, std::vector<Claim> claims);
  void Prepare(Claim claim, const std::map<std::string, EndpointTarget>& endpoints,
               absl::Duration asked, std::vector<Attempt>& attempts);
  void Suppress(const Claim& claim);
  Settlement Conclude(const Claim& claim, const policy::PolicyVersion& policy,
                      const Outcome& outcome);
  void GiveBack(const Claim& claim, absl::Duration wait);
  // Also when there was `room` before, which nobody made use of.
  void Forget(const std::vector<Settlement>& settlements, bool room);
  void Take(const Claim& claim);

  Dependencies with_;
  const DispatcherOptions options_;

  std::mutex mu_;
  uint64_t next_ticket_ = 1;
  std::map<uint64_t, InHand> in_hand_;                        // handed to the transport
  std::map<mamori::v1::DeliveryChannel, ClaimQuota> quotas_;  // in hand or not yet written
  CircuitBook circuits_;
  absl::Duration next_look_for_lost_;  // monotonic; the claiming thread's own

  OutcomeWriter outcomes_;
  worker::Periodic claims_thread_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_DISPATCHER_H_
