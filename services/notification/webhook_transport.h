// Webhooks by libcurl: one thread drives all transfers, which for HTTPS never wait for one another.
#ifndef MAMORI_SERVICES_NOTIFICATION_WEBHOOK_TRANSPORT_H_
#define MAMORI_SERVICES_NOTIFICATION_WEBHOOK_TRANSPORT_H_

#include <curl/curl.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "common/time/clock.h"
#include "services/notification/transfer.h"
#include "services/notification/transport.h"

namespace mamori::notification {

class WebhookTransport final : public Transport {
 public:
  WebhookTransport(WebhookOptions options, const time::Clock& clock);
  ~WebhookTransport() override;

  void Start(TransportListener& listener) override;
  void Send(std::vector<Attempt> attempts) override;
  std::vector<uint64_t> Withdraw(absl::Duration begin_by) override;
  void Stop(absl::Duration grace) override;

 private:
  void Run();
  // Begins waiting attempts while there is room, in all and for their receiver.
  void BeginWaiting();
  bool HasRoom(const Attempt& attempt) const;
  void Begin(Attempt attempt);
  void Finish();
  void End(CURL* handle, CURLcode code);
  void BreakOff();

  const WebhookOptions options_;
  const time::Clock& clock_;
  TransportListener* listener_ = nullptr;
  CURLM* multi_;

  // The transport thread's own.
  std::map<CURL*, std::unique_ptr<Transfer>> running_;
  std::map<std::string, int> lanes_;  // running, by receiver
  std::vector<CURL*> idle_;

  std::mutex mu_;
  std::deque<Attempt> waiting_;
  bool stopping_ = false;
  absl::Duration stop_at_;  // monotonic

  std::thread thread_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_WEBHOOK_TRANSPORT_H_
