// The dispatcher's view of the deliveries: claims that expire, and writes that only the holder of a
// claim makes. The database's clock says what is due and which claims are over, so no replica's own
// clock holds anything up.
#ifndef MAMORI_SERVICES_NOTIFICATION_DISPATCH_STORE_H_
#define MAMORI_SERVICES_NOTIFICATION_DISPATCH_STORE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "mamori/v1/notification.pb.h"

namespace mamori::notification {

// A delivery in the hands of this dispatcher.
struct Claim {
  id::Id delivery_id;
  std::string tenant;
  id::Id case_id;
  id::Id notification_id;
  mamori::v1::DeliveryChannel channel = mamori::v1::DELIVERY_CHANNEL_UNSPECIFIED;
  std::string receiver;
  mamori::v1::Urgency urgency = mamori::v1::URGENCY_UNSPECIFIED;
  std::string event_type;
  int escalation_step = 0;
  std::string policy_digest;  // 32 raw bytes
  int attempts = 0;           // with the one claimed for
  int64_t fence = 0;          // of this claim
  absl::Time create_time;
  bool anonymous = false;  // its times are told to the day
  // Monotonic. Until when its holder is sure of it: measured from before it was asked for, while
  // the database's clock says when it is over.
  absl::Duration sure_until;
};

// What a webhook claim needs of its endpoint.
struct EndpointTarget {
  std::string url;
  bool disabled = false;
  std::string sealed_secret;
  std::string sealed_previous;  // empty when there is none in force
};

// What became of a claim.
struct Settlement {
  Claim claim;
  // SENT, DEAD, UNKNOWN, or PENDING for another attempt after `wait`.
  mamori::v1::DeliveryState state = mamori::v1::DELIVERY_STATE_PENDING;
  absl::Duration wait;   // PENDING: from the moment it is written
  absl::Time sent_time;  // SENT: when the receiver accepted it
  std::string error;     // empty keeps what the delivery met before
  bool begun = true;     // false: no attempt was made, none is counted
};

class DispatchStore {
 public:
  virtual ~DispatchStore() = default;

  // Takes up to `limit` due deliveries, none to the receivers `except`, for as long as `lease`, and
  // commits: whoever sends afterwards sends what is stored. The most urgent come first, of one
  // urgency those that are due longest; less urgent ones keep their share (claim_share.h), so a
  // full answer may be as short as ClaimShare(limit, 0, 2). Never hands out one that another
  // dispatcher holds. When the answer to a COMMIT is lost it finds out what it holds.
  virtual absl::StatusOr<std::vector<Claim>> ClaimDue(mamori::v1::DeliveryChannel channel,
                                                      int limit,
                                                      const std::vector<std::string>& except,
                                                      absl::Duration lease) = 0;

  // Takes over claims whose lease has run out. Their attempts' outcomes cannot be known.
  virtual absl::StatusOr<std::vector<Claim>> ClaimExpired(int limit, absl::Duration lease) = 0;

  // Endpoints by the receivers of webhook claims ("webhookEndpoints/{id}"); a deleted one is not in
  // the answer.
  virtual absl::StatusOr<std::map<std::string, EndpointTarget>> Endpoints(
      const std::vector<std::string>& receivers, absl::Time now) = 0;

  // Writes what became of claims, with the events about those that came to rest, in one
  // transaction. A claim whose fence is not the current one any more is left out: another
  // dispatcher has it. Returns how many were written. Nothing is begun after `deadline`.
  virtual absl::StatusOr<int> Settle(const std::vector<Settlement>& settlements, absl::Time now,
                                     absl::Time deadline) = 0;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_DISPATCH_STORE_H_
