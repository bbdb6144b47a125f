#include "services/notification/transfer.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mamori::notification {
namespace {

// Of a webhook's answer only the status counts; a receiver that goes on talking is not listened to.
constexpr size_t kMaxAnswer = 64 * 1024;
constexpr absl::Duration kConnectTimeout = absl::Seconds(5);
// Debian's folder of trusted authorities, for receivers whose own authority is given as a file.
constexpr char kSystemAuthorities[] = "/etc/ssl/certs";

long Millis(absl::Duration duration) { return static_cast<long>(duration / absl::Milliseconds(1)); }

}  // namespace

Transfer::Transfer(CURL* handle, Attempt attempt, const MailOptions& options)
    : handle_(handle), attempt_(std::move(attempt)) {
  Prepare(options.timeout);
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(handle_, CURLOPT_URL, options.url.c_str());
  curl_easy_setopt(handle_, CURLOPT_USE_SSL,
                   static_cast<long>(options.allow_plaintext ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  if (!options.user.empty()) {
    curl_easy_setopt(handle_, CURLOPT_USERNAME, options.user.c_str());
    curl_easy_setopt(handle_, CURLOPT_PASSWORD, options.password.c_str());
  }
  if (!options.ca_file.empty()) {
    curl_easy_setopt(handle_, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(handle_, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(handle_, CURLOPT_MAIL_FROM, absl::StrCat("<", options.from, ">").c_str());
  list_ = curl_slist_append(nullptr, absl::StrCat("<", attempt_.receiver, ">").c_str());
  curl_easy_setopt(handle_, CURLOPT_MAIL_RCPT, list_);
  curl_easy_setopt(handle_, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle_, CURLOPT_READFUNCTION, &Transfer::Read);
  curl_easy_setopt(handle_, CURLOPT_READDATA, this);
  curl_easy_setopt(handle_, CURLOPT_INFILESIZE_LARGE,
                   static_cast<curl_off_t>(attempt_.body.size()));
}

Transfer::Transfer(CURL* handle, Attempt attempt, const WebhookOptions& options)
    : handle_(handle), attempt_(std::move(attempt)), addresses_(&options.addresses) {
  Prepare(options.timeout);
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(handle_, CURLOPT_URL, attempt_.url.c_str());
  curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle_, CURLOPT_POST, 1L);
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, attempt_.body.data());
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(attempt_.body.size()));
  for (const std::string& header :
       {std::string("Content-Type: application/cloudevents+json; charset=UTF-8"),
        std::string("User-Agent: mamori"), std::string("Expect:"),
        absl::StrCat("webhook-id: ", attempt_.headers.id),
        absl::StrCat("webhook-timestamp: ", attempt_.headers.timestamp),
        absl::StrCat("webhook-signature: ", attempt_.headers.signature)}) {
    list_ = curl_slist_append(list_, header.c_str());
  }
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, list_);
  if (!options.extra_ca_file.empty()) {
    curl_easy_setopt(handle_, CURLOPT_CAINFO, options.extra_ca_file.c_str());
    curl_easy_setopt(handle_, CURLOPT_CAPATH, kSystemAuthorities);
  }
  // Every address that a name resolves to comes by here before it is connected to.
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::OpenSocket);
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETDATA, this);
}

Transfer::~Transfer() { curl_slist_free_all(list_); }

void Transfer::Prepare(absl::Duration timeout) {
  curl_easy_reset(handle_);
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Transfer::Discard);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, Millis(timeout));
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS, Millis(std::min(timeout, kConnectTimeout)));
  // How long each answer of a mail server is waited for, also the one to a QUIT.
  curl_easy_setopt(handle_, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                   static_cast<long>(absl::Ceil(timeout, absl::Seconds(1)) / absl::Seconds(1)));
  // A name server that does not answer: its thread is left behind, not waited for.
  curl_easy_setopt(handle_, CURLOPT_QUICK_EXIT, 1L);
}

size_t Transfer::Read(char* buffer, size_t size, size_t count, void* self) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  const size_t take = std::min(size * count, transfer.attempt_.body.size() - transfer.read_);
  std::memcpy(buffer, transfer.attempt_.body.data() + transfer.read_, take);
  transfer.read_ += take;
  return take;
}

size_t Transfer::Discard(char*, size_t size, size_t count, void* self) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  transfer.received_ += size * count;
  return transfer.received_ > kMaxAnswer ? 0 : size * count;
}

curl_socket_t Transfer::OpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  if (!transfer.addresses_->Allows(&address->addr, address->addrlen)) {
    transfer.target_refused_ = true;
    return CURL_SOCKET_BAD;
  }
  transfer.target_tried_ = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Break Transfer::BreakOf(CURLcode code) const {
  switch (code) {
    case CURLE_OK:
      return Break::kNone;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Break::kResolve;
    case CURLE_COULDNT_CONNECT:
      // A name with several addresses is refused when none of them may be connected to.
      return target_refused_ && !target_tried_ ? Break::kTargetRefused : Break::kConnect;
    case CURLE_WEIRD_SERVER_REPLY:
      // Before the message: the mail server's greeting turned us away.
      return addresses_ == nullptr && read_ == 0 ? Break::kConnect : Break::kOther;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
      return Break::kTls;
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED:
      return Break::kLogin;
    case CURLE_OPERATION_TIMEDOUT:
      return Break::kTimeout;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return Break::kDropped;
    default:
      return Break::kOther;
  }
}

Outcome Transfer::Judge(CURLcode code, bool cut_off, absl::Time now) const {
  AttemptFacts facts;
  facts.broke = cut_off && code != CURLE_OK ? Break::kTimeout : BreakOf(code);
  long response = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &response);
  facts.code = static_cast<int>(response);
  if (attempt_.channel == mamori::v1::DELIVERY_CHANNEL_MAIL) return ClassifyMail(facts);
  long request = 0;
  curl_easy_getinfo(handle_, CURLINFO_REQUEST_SIZE, &request);
  facts.sent = request > 0;
  Outcome outcome = ClassifyWebhook(facts);
  curl_header* header = nullptr;
  if (outcome.verdict == Verdict::kTemporary &&
      curl_easy_header(handle_, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
    outcome.retry_after = ParseRetryAfter(header->value, now);
  }
  return outcome;
}

}  // namespace mamori::notification
