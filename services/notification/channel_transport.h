// Two transports as one: mail goes by the one, webhooks by the other.
#ifndef MAMORI_SERVICES_NOTIFICATION_CHANNEL_TRANSPORT_H_
#define MAMORI_SERVICES_NOTIFICATION_CHANNEL_TRANSPORT_H_

#include <vector>

#include "services/notification/transport.h"

namespace mamori::notification {

class ChannelTransport final : public Transport {
 public:
  ChannelTransport(Transport& mail, Transport& webhooks) : mail_(mail), webhooks_(webhooks) {}

  void Start(TransportListener& listener) override;
  void Send(std::vector<Attempt> attempts) override;
  std::vector<uint64_t> Withdraw(absl::Duration begin_by) override;
  // Both at once, so that the grace is not spent twice.
  void Stop(absl::Duration grace) override;

 private:
  Transport& mail_;
  Transport& webhooks_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_CHANNEL_TRANSPORT_H_
