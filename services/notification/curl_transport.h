// Transport by libcurl: one thread drives all transfers, and connections are used again, which for SMTP with
// STARTTLS and AUTH is most of the cost of a mail.
#ifndef MAMORI_SERVICES_NOTIFICATION_CURL_TRANSPORT_H_
#define MAMORI_SERVICES_NOTIFICATION_CURL_TRANSPORT_H_

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

class CurlTransport final : public Transport {
 public:
  CurlTransport(MailOptions mail, WebhookOptions webhook, const time::Clock& clock);
  ~CurlTransport() override;

  void Start(TransportListener& listener) override;
  void Send(std::vector<Attempt> attempts) override;
  std::vector<uint64_t> Withdraw() override;
  void Stop(absl::Duration grace) override;

 private:
  using Lane = std::pair<mamori::v1::DeliveryChannel, std::string>;

  void Run();
  // Begins waiting attempts while their channel and lane have room.
  void BeginWaiting();
  bool HasRoom(const Attempt& attempt) const;
  Lane LaneOf(const Attempt& attempt) const;
  void Begin(Attempt attempt);
  void Finish();
  void End(CURL* handle, CURLcode code);
  void BreakOff();

  const MailOptions mail_;
  const WebhookOptions webhook_;
  const time::Clock& clock_;
  TransportListener* listener_ = nullptr;
  CURLM* multi_;

  // The transport thread's own.
  std::map<CURL*, std::unique_ptr<Transfer>> running_;
  std::map<Lane, int> lanes_;
  std::map<mamori::v1::DeliveryChannel, int> channels_;
  std::vector<CURL*> idle_;

  std::mutex mu_;
  std::deque<Attempt> waiting_;
  bool stopping_ = false;
  absl::Duration stop_at_;  // monotonic

  std::thread thread_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_CURL_TRANSPORT_H_
