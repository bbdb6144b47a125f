#include "services/notification/mail_transport.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace mamori::notification {
namespace {

// How often deadlines are looked at while something runs: they are seconds.
constexpr std::chrono::milliseconds kLook(50);
// How long a server is given to answer a QUIT.
constexpr absl::Duration kFarewell = absl::Milliseconds(200);

}  // namespace

void MailTransport::Line::Arm(absl::Duration deadline) {
  std::lock_guard lock(mu_);
  deadline_ = deadline;
  cut_ = false;
}

bool MailTransport::Line::Disarm() {
  std::lock_guard lock(mu_);
  deadline_ = absl::InfiniteDuration();
  return cut_;
}

void MailTransport::Line::CutIfLate(absl::Duration now) {
  std::lock_guard lock(mu_);
  if (now < deadline_) return;
  cut_ = true;
  // curl finds the connection lost, with nobody to say good-bye to.
  if (socket_ != CURL_SOCKET_BAD) shutdown(socket_, SHUT_RDWR);
}

curl_socket_t MailTransport::Line::Open(void* line, curlsocktype, curl_sockaddr* address) {
  Line& self = *static_cast<Line*>(line);
  std::lock_guard lock(self.mu_);
  if (self.cut_) return CURL_SOCKET_BAD;
  self.socket_ = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  return self.socket_;
}

int MailTransport::Line::Close(void* line, curl_socket_t socket) {
  Line& self = *static_cast<Line*>(line);
  std::lock_guard lock(self.mu_);
  if (self.socket_ == socket) self.socket_ = CURL_SOCKET_BAD;
  return close(socket);
}

MailTransport::MailTransport(MailOptions options, const time::Clock& clock)
    : options_(std::move(options)), clock_(clock) {}

MailTransport::~MailTransport() { Stop(absl::ZeroDuration()); }

void MailTransport::Start(TransportListener& listener) {
  listener_ = &listener;
  for (int i = 0; i < options_.max_connections; ++i) {
    lines_.push_back(std::make_unique<Line>());
    workers_.emplace_back([this, line = lines_.back().get()] { Work(*line); });
  }
  watcher_ = std::thread([this] { Watch(); });
}

void MailTransport::Send(std::vector<Attempt> attempts) {
  const size_t count = attempts.size();
  {
    std::lock_guard lock(mu_);
    Enqueue(waiting_, std::move(attempts));
  }
  for (size_t i = 0; i < std::min(count, lines_.size()); ++i) work_cv_.notify_one();
}

std::vector<uint64_t> MailTransport::Withdraw(absl::Duration begin_by) {
  std::lock_guard lock(mu_);
  return TakeOut(waiting_, begin_by);
}

void MailTransport::Stop(absl::Duration grace) {
  if (!watcher_.joinable()) return;
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
    stop_at_ = clock_.Monotonic() + grace;
  }
  work_cv_.notify_all();
  watch_cv_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  {
    std::lock_guard lock(mu_);
    stopped_ = true;
  }
  watch_cv_.notify_all();
  watcher_.join();
}

void MailTransport::Work(Line& line) {
  CURL* handle = curl_easy_init();
  while (true) {
    Attempt attempt;
    {
      std::unique_lock lock(mu_);
      work_cv_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) break;
      attempt = std::move(waiting_.front());
      waiting_.pop_front();
      ++busy_;
    }
    watch_cv_.notify_one();
    if (listener_->Begins(attempt.ticket) && !Perform(handle, line, std::move(attempt))) {
      Close(handle, line);
      handle = curl_easy_init();
    }
    std::lock_guard lock(mu_);
    --busy_;
  }
  Close(handle, line);
}

void MailTransport::Close(CURL* handle, Line& line) {
  line.Arm(clock_.Monotonic() + kFarewell);
  curl_easy_cleanup(handle);
  line.Disarm();
}

bool MailTransport::Perform(CURL* handle, Line& line, Attempt attempt) {
  const Transfer transfer(handle, std::move(attempt), options_);
  curl_easy_setopt(handle, CURLOPT_MAXCONNECTS, 1L);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &Line::Open);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &line);
  curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, &Line::Close);
  curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, &line);
  line.Arm(clock_.Monotonic() + options_.timeout);
  const CURLcode code = curl_easy_perform(handle);
  const bool cut = line.Disarm();
  listener_->Ended(transfer.attempt().ticket, transfer.Judge(code, cut, clock_.Now()));
  // curl would keep a connection on which the answer to a mail's end is still to come.
  return code == CURLE_OK;
}

void MailTransport::Watch() {
  std::unique_lock lock(mu_);
  while (!stopped_) {
    watch_cv_.wait(lock, [this] { return busy_ > 0 || stopping_; });
    watch_cv_.wait_for(lock, kLook, [this] { return stopped_; });
    absl::Duration now = clock_.Monotonic();
    // At the end of the grace everything is late.
    if (stopping_ && now >= stop_at_) now = absl::InfiniteDuration();
    for (const std::unique_ptr<Line>& line : lines_) line->CutIfLate(now);
  }
}

}  // namespace mamori::notification
