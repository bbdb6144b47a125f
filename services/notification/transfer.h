// One curl transfer of one attempt: what is asked of curl, and what its answer means.
#ifndef MAMORI_SERVICES_NOTIFICATION_TRANSFER_H_
#define MAMORI_SERVICES_NOTIFICATION_TRANSFER_H_

#include <curl/curl.h>

#include <string>

#include "absl/time/time.h"
#include "services/notification/address.h"
#include "services/notification/retry.h"
#include "services/notification/transport.h"

namespace mamori::notification {

struct MailOptions {
  std::string url;  // "smtp://host:port" or "smtps://host:port"
  std::string user;
  std::string password;
  std::string ca_file;  // the only authority, when given
  std::string from;
  absl::Duration timeout = absl::Seconds(20);
  bool allow_plaintext = false;
  int max_connections = 8;
};

struct WebhookOptions {
  AddressPolicy addresses;
  std::string extra_ca_file;  // besides the system's
  absl::Duration timeout = absl::Seconds(10);
  int max_connections = 16;
};

// Holds everything that curl points into while the transfer runs. Used by one thread.
class Transfer {
 public:
  // Takes an easy handle (owned by the transport, reset here, its connections kept) and prepares
  // it. The options outlive the transfer.
  Transfer(CURL* handle, Attempt attempt, const MailOptions& options);
  Transfer(CURL* handle, Attempt attempt, const WebhookOptions& options);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  const Attempt& attempt() const { return attempt_; }
  // How it ended. `cut_off`: the transport broke the connection since it took too long. `now` is
  // for a Retry-After that names a date.
  Outcome Judge(CURLcode code, bool cut_off, absl::Time now) const;

 private:
  void Prepare(absl::Duration timeout);
  static size_t Read(char* buffer, size_t size, size_t count, void* self);
  static size_t Discard(char* buffer, size_t size, size_t count, void* self);
  static curl_socket_t OpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  Break BreakOf(CURLcode code) const;

  CURL* handle_;
  Attempt attempt_;
  const AddressPolicy* addresses_ = nullptr;  // webhooks
  size_t read_ = 0;                           // of the body, by curl
  size_t received_ = 0;                       // of an answer's body
  bool target_refused_ = false;
  bool target_tried_ = false;
  curl_slist* list_ = nullptr;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_TRANSFER_H_
