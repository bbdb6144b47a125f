// The way out: hands one attempt to a receiver and says how it ended.
#ifndef MAMORI_SERVICES_NOTIFICATION_TRANSPORT_H_
#define MAMORI_SERVICES_NOTIFICATION_TRANSPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "mamori/v1/notification.pb.h"
#include "services/notification/retry.h"
#include "services/notification/standard_webhooks.h"

namespace mamori::notification {

// One attempt, complete: the transport looks nothing up.
struct Attempt {
  uint64_t ticket = 0;  // the caller's name for it
  mamori::v1::DeliveryChannel channel = mamori::v1::DELIVERY_CHANNEL_UNSPECIFIED;
  std::string receiver;  // mail address, or "webhookEndpoints/{id}": the lane it goes in
  std::string body;      // RFC 5322 message, or JSON
  std::string url;       // webhooks only
  WebhookHeaders headers;  // webhooks only
};

// Whoever hands attempts over. Called from the transport's thread; must not block on it.
class TransportListener {
 public:
  virtual ~TransportListener() = default;
  // Right before the first byte goes out. False: the attempt is dropped and not heard of again.
  virtual bool Begins(uint64_t ticket) = 0;
  // Exactly once for each attempt that began.
  virtual void Ended(uint64_t ticket, const Outcome& outcome) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Before the first Send.
  virtual void Start(TransportListener& listener) = 0;
  // Queues attempts. Never blocks.
  virtual void Send(std::vector<Attempt> attempts) = 0;
  // The tickets of attempts that have not begun; they will not.
  virtual std::vector<uint64_t> Withdraw() = 0;
  // Waits for what has begun until `grace` has passed, breaks off the rest (Ended says what is known) and ends
  // the thread. Nothing is sent afterwards.
  virtual void Stop(absl::Duration grace) = 0;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_TRANSPORT_H_
