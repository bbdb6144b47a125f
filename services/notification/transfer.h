// One curl transfer of one attempt.
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
  std::string ca_file;
  std::string from;
  absl::Duration timeout = absl::Seconds(20);
  bool allow_plaintext = false;
  int max_connections = 8;
};

struct WebhookOptions {
  AddressPolicy addresses;
  std::string extra_ca_file;
  absl::Duration timeout = absl::Seconds(10);
  int max_connections = 16;
};

// Holds everything that curl points into while the transfer runs. Used by the transport's thread alone.
class Transfer {
 public:
  // Takes an easy handle (owned by the transport, reset here) and prepares it.
  Transfer(CURL* handle, Attempt attempt, const MailOptions& mail, const WebhookOptions& webhook);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return handle_; }
  const Attempt& attempt() const { return attempt_; }
  // How it ended. `now` is for a Retry-After that names a date.
  Outcome Judge(CURLcode code, absl::Time now) const;

 private:
  void PrepareMail(const MailOptions& options);
  void PrepareWebhook(const WebhookOptions& options);
  static size_t Read(char* buffer, size_t size, size_t count, void* self);
  static size_t Discard(char* buffer, size_t size, size_t count, void* self);
  static curl_socket_t OpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  Break BreakOf(CURLcode code) const;

  CURL* handle_;
  Attempt attempt_;
  const AddressPolicy* addresses_;
  size_t read_ = 0;      // of the body, by curl
  size_t received_ = 0;  // of an answer's body
  bool target_refused_ = false;
  curl_slist* list_ = nullptr;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_TRANSFER_H_
