// Mail by libcurl, each connection in a thread of its own and used again, which for SMTP with
// STARTTLS and AUTH is most of the cost of a mail.
//
// One thread for all would not do: curl stands still while it waits for the answer to a mail's end
// and to a QUIT, and every other transfer of the thread with it.
#ifndef MAMORI_SERVICES_NOTIFICATION_MAIL_TRANSPORT_H_
#define MAMORI_SERVICES_NOTIFICATION_MAIL_TRANSPORT_H_

#include <curl/curl.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "common/time/clock.h"
#include "services/notification/transfer.h"
#include "services/notification/transport.h"

namespace mamori::notification {

class MailTransport final : public Transport {
 public:
  MailTransport(MailOptions options, const time::Clock& clock);
  ~MailTransport() override;

  void Start(TransportListener& listener) override;
  void Send(std::vector<Attempt> attempts) override;
  std::vector<uint64_t> Withdraw(absl::Duration begin_by) override;
  void Stop(absl::Duration grace) override;

 private:
  // A connection and what the watching thread needs to break it.
  class Line {
   public:
    // From now on the connection is broken at `deadline` (monotonic).
    void Arm(absl::Duration deadline);
    // Whether it was broken since Arm.
    bool Disarm();
    void CutIfLate(absl::Duration now);
    // curl's callbacks, with the line as their data.
    static curl_socket_t Open(void* line, curlsocktype purpose, curl_sockaddr* address);
    static int Close(void* line, curl_socket_t socket);

   private:
    std::mutex mu_;
    curl_socket_t socket_ = CURL_SOCKET_BAD;
    absl::Duration deadline_ = absl::InfiniteDuration();
    bool cut_ = false;
  };

  void Work(Line& line);
  // False when the connection must not be used again.
  bool Perform(CURL* handle, Line& line, Attempt attempt);
  void Close(CURL* handle, Line& line);
  // Breaks what takes too long, until the workers have ended.
  void Watch();

  const MailOptions options_;
  const time::Clock& clock_;
  TransportListener* listener_ = nullptr;

  std::mutex mu_;
  std::condition_variable work_cv_;
  std::condition_variable watch_cv_;
  std::deque<Attempt> waiting_;
  int busy_ = 0;  // workers that have something to be watched
  bool stopping_ = false;
  bool stopped_ = false;
  absl::Duration stop_at_;  // monotonic

  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<std::thread> workers_;
  std::thread watcher_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_MAIL_TRANSPORT_H_
