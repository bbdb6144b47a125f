#include "services/notification/webhook_transport.h"

#include <algorithm>
#include <utility>

namespace mamori::notification {
namespace {

// How long the thread sleeps when nothing moves; Send and Stop wake it.
constexpr int kIdleMillis = 1000;
// How often it looks at the time while it is being stopped.
constexpr int kStoppingMillis = 50;
// One endpoint that hangs must leave connections to the others.
constexpr int kLaneShare = 4;

}  // namespace

WebhookTransport::WebhookTransport(WebhookOptions options, const time::Clock& clock)
    : options_(std::move(options)), clock_(clock), multi_(curl_multi_init()) {
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.max_connections));
}

WebhookTransport::~WebhookTransport() {
  Stop(absl::ZeroDuration());
  for (CURL* handle : idle_) curl_easy_cleanup(handle);
  curl_multi_cleanup(multi_);
}

void WebhookTransport::Start(TransportListener& listener) {
  listener_ = &listener;
  thread_ = std::thread([this] { Run(); });
}

void WebhookTransport::Send(std::vector<Attempt> attempts) {
  {
    std::lock_guard lock(mu_);
    Enqueue(waiting_, std::move(attempts));
  }
  curl_multi_wakeup(multi_);
}

std::vector<uint64_t> WebhookTransport::Withdraw(absl::Duration begin_by) {
  std::lock_guard lock(mu_);
  return TakeOut(waiting_, begin_by);
}

void WebhookTransport::Stop(absl::Duration grace) {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
    stop_at_ = clock_.Monotonic() + grace;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
}

void WebhookTransport::Run() {
  while (true) {
    BeginWaiting();
    int still_running = 0;
    curl_multi_perform(multi_, &still_running);
    Finish();
    int wait = kIdleMillis;
    {
      std::lock_guard lock(mu_);
      if (stopping_) {
        if (running_.empty() || clock_.Monotonic() >= stop_at_) break;
        wait = kStoppingMillis;
      } else if (std::any_of(waiting_.begin(), waiting_.end(),
                             [this](const Attempt& attempt) { return HasRoom(attempt); })) {
        continue;
      }
    }
    curl_multi_poll(multi_, nullptr, 0, wait, nullptr);
  }
  BreakOff();
}

bool WebhookTransport::HasRoom(const Attempt& attempt) const {
  if (running_.size() >= static_cast<size_t>(options_.max_connections)) return false;
  const auto lane = lanes_.find(attempt.receiver);
  return lane == lanes_.end() || lane->second < std::max(1, options_.max_connections / kLaneShare);
}

void WebhookTransport::BeginWaiting() {
  while (true) {
    Attempt attempt;
    {
      std::lock_guard lock(mu_);
      if (stopping_) return;
      const auto next = std::find_if(waiting_.begin(), waiting_.end(),
                                     [this](const Attempt& waiting) { return HasRoom(waiting); });
      if (next == waiting_.end()) return;
      attempt = std::move(*next);
      waiting_.erase(next);
    }
    if (listener_->Begins(attempt.ticket)) Begin(std::move(attempt));
  }
}

void WebhookTransport::Begin(Attempt attempt) {
  CURL* handle = nullptr;
  if (idle_.empty()) {
    handle = curl_easy_init();
  } else {
    handle = idle_.back();
    idle_.pop_back();
  }
  ++lanes_[attempt.receiver];
  running_[handle] = std::make_unique<Transfer>(handle, std::move(attempt), options_);
  curl_multi_add_handle(multi_, handle);
}

void WebhookTransport::Finish() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) End(message->easy_handle, message->data.result);
  }
}

void WebhookTransport::End(CURL* handle, CURLcode code) {
  const auto found = running_.find(handle);
  const std::unique_ptr<Transfer> transfer = std::move(found->second);
  running_.erase(found);
  const Attempt& attempt = transfer->attempt();
  const Outcome outcome = transfer->Judge(code, false, clock_.Now());
  curl_multi_remove_handle(multi_, handle);
  idle_.push_back(handle);
  const auto lane = lanes_.find(attempt.receiver);
  if (--lane->second == 0) lanes_.erase(lane);
  listener_->Ended(attempt.ticket, outcome);
}

void WebhookTransport::BreakOff() {
  // As after a time-out: what is known so far decides.
  while (!running_.empty()) End(running_.begin()->first, CURLE_OPERATION_TIMEDOUT);
}

}  // namespace mamori::notification
