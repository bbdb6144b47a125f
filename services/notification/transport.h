// The way out: hands one attempt to a receiver and says how it ended.
#ifndef MAMORI_SERVICES_NOTIFICATION_TRANSPORT_H_
#define MAMORI_SERVICES_NOTIFICATION_TRANSPORT_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "mamori/v1/notification.pb.h"
#include "services/notification/retry.h"
#include "services/notification/standard_webhooks.h"

namespace mamori::notification {

// One attempt, complete: the transport looks nothing up.
struct Attempt {
  uint64_t ticket = 0;  // the caller's name for it
  mamori::v1::Urgency urgency = mamori::v1::URGENCY_NORMAL;
  mamori::v1::DeliveryChannel channel = mamori::v1::DELIVERY_CHANNEL_UNSPECIFIED;
  std::string receiver;     // mail address, or "webhookEndpoints/{id}": the lane it goes in
  absl::Duration begin_by;  // monotonic; when its claim is too old for it to begin
  std::string body;         // RFC 5322 message, or JSON
  std::string url;          // webhooks only
  WebhookHeaders headers;   // webhooks only
};

// Puts attempts into a queue: behind those that are as urgent, before those that are less.
void Enqueue(std::deque<Attempt>& waiting, std::vector<Attempt> attempts);

// Takes the attempts that had to begin by `begin_by` out of a queue; their tickets.
std::vector<uint64_t> TakeOut(std::deque<Attempt>& waiting, absl::Duration begin_by);

// Whoever hands attempts over. Called from any of the transport's threads; must not block on them.
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
  // Queues attempts, the urgent before the others. Never blocks.
  virtual void Send(std::vector<Attempt> attempts) = 0;
  // The tickets of attempts that have not begun and had to by `begin_by`; they will not. All of
  // them for absl::InfiniteDuration().
  virtual std::vector<uint64_t> Withdraw(absl::Duration begin_by) = 0;
  // Waits for what has begun until `grace` has passed, breaks off the rest (Ended says what is
  // known) and ends the thread. Nothing is sent afterwards.
  virtual void Stop(absl::Duration grace) = 0;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_TRANSPORT_H_
