#include "services/notification/curl_transport.h"

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

CurlTransport::CurlTransport(MailOptions mail, WebhookOptions webhook, const time::Clock& clock)
    : mail_(std::move(mail)), webhook_(std::move(webhook)), clock_(clock), multi_(curl_multi_init()) {
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS,
                    static_cast<long>(mail_.max_connections + webhook_.max_connections));
}

CurlTransport::~CurlTransport() {
  Stop(absl::ZeroDuration());
  for (CURL* handle : idle_) curl_easy_cleanup(handle);
  curl_multi_cleanup(multi_);
}

void CurlTransport::Start(TransportListener& listener) {
  listener_ = &listener;
  thread_ = std::thread([this] { Run(); });
}

void CurlTransport::Send(std::vector<Attempt> attempts) {
  {
    std::lock_guard lock(mu_);
    for (Attempt& attempt : attempts) waiting_.push_back(std::move(attempt));
  }
  curl_multi_wakeup(multi_);
}

std::vector<uint64_t> CurlTransport::Withdraw() {
  std::lock_guard lock(mu_);
  std::vector<uint64_t> tickets;
  for (const Attempt& attempt : waiting_) tickets.push_back(attempt.ticket);
  waiting_.clear();
  return tickets;
}

void CurlTransport::Stop(absl::Duration grace) {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
    stop_at_ = clock_.Monotonic() + grace;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
}

void CurlTransport::Run() {
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

CurlTransport::Lane CurlTransport::LaneOf(const Attempt& attempt) const {
  // All mail goes to the one mail server.
  const bool mail = attempt.channel == mamori::v1::DELIVERY_CHANNEL_MAIL;
  return {attempt.channel, mail ? std::string() : attempt.receiver};
}

bool CurlTransport::HasRoom(const Attempt& attempt) const {
  const bool mail = attempt.channel == mamori::v1::DELIVERY_CHANNEL_MAIL;
  const int most = mail ? mail_.max_connections : webhook_.max_connections;
  const int lane_most = mail ? most : std::max(1, most / kLaneShare);
  const auto channel = channels_.find(attempt.channel);
  if (channel != channels_.end() && channel->second >= most) return false;
  const auto lane = lanes_.find(LaneOf(attempt));
  return lane == lanes_.end() || lane->second < lane_most;
}

void CurlTransport::BeginWaiting() {
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

void CurlTransport::Begin(Attempt attempt) {
  CURL* handle = nullptr;
  if (idle_.empty()) {
    handle = curl_easy_init();
  } else {
    handle = idle_.back();
    idle_.pop_back();
  }
  ++channels_[attempt.channel];
  ++lanes_[LaneOf(attempt)];
  running_[handle] = std::make_unique<Transfer>(handle, std::move(attempt), mail_, webhook_);
  curl_multi_add_handle(multi_, handle);
}

void CurlTransport::Finish() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) End(message->easy_handle, message->data.result);
  }
}

void CurlTransport::End(CURL* handle, CURLcode code) {
  const auto found = running_.find(handle);
  const std::unique_ptr<Transfer> transfer = std::move(found->second);
  running_.erase(found);
  const Attempt& attempt = transfer->attempt();
  const Outcome outcome = transfer->Judge(code, clock_.Now());
  curl_multi_remove_handle(multi_, handle);
  idle_.push_back(handle);
  --channels_[attempt.channel];
  const auto lane = lanes_.find(LaneOf(attempt));
  if (--lane->second == 0) lanes_.erase(lane);
  listener_->Ended(attempt.ticket, outcome);
}

void CurlTransport::BreakOff() {
  // As after a time-out: what is known so far decides.
  while (!running_.empty()) End(running_.begin()->first, CURLE_OPERATION_TIMEDOUT);
}

}  // namespace mamori::notification
