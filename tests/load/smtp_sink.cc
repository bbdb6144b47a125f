// A real but lean SMTP server on loopback: one thread, so that it is not what the load test
// measures. It keeps no mail, only that it came.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "common/time/clock.h"
#include "tests/load/mail_log.h"
#include "tests/load/smtp_session.h"

ABSL_FLAG(int, port, 0, "port on 127.0.0.1; 0 takes a free one, which is printed");
ABSL_FLAG(std::string, log, "", "file for a line a message");
ABSL_FLAG(std::string, counters, "", "file mapped for the driver");
ABSL_FLAG(std::string, marker, "cases/", "stands before the case's id in a message");

namespace mamori::load {
namespace {

constexpr int kFlushMillis = 100;

int Listen(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(fd, 128) != 0) {
    std::perror("smtp_sink");
    return -1;
  }
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return fd;
}

class Sink {
 public:
  Sink(int listener, int signals, MailLog& log)
      : epoll_(epoll_create1(EPOLL_CLOEXEC)), listener_(listener), signals_(signals), log_(log) {
    Watch(listener_);
    Watch(signals_);
  }

  // Until a signal.
  void Run() {
    epoll_event events[64];
    while (true) {
      const int ready = epoll_wait(epoll_, events, 64, kFlushMillis);
      if (ready == 0) log_.Flush();
      for (int i = 0; i < ready; ++i) {
        const int fd = events[i].data.fd;
        if (fd == signals_) return;
        if (fd == listener_) {
          Accept();
        } else if (!Serve(fd)) {
          close(fd);
          sessions_.erase(fd);
        }
      }
    }
  }

 private:
  void Watch(int fd) {
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void Accept() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    sessions_[fd] = std::make_unique<SmtpSession>(log_);
    Watch(fd);
    if (!Reply(fd, *sessions_[fd])) {
      close(fd);
      sessions_.erase(fd);
    }
  }

  // False when the connection is over. Replies are short: one that the socket does not take ends
  // it.
  bool Reply(int fd, SmtpSession& session) {
    if (session.output.empty()) return true;
    const ssize_t sent = send(fd, session.output.data(), session.output.size(), MSG_NOSIGNAL);
    const bool all = sent == static_cast<ssize_t>(session.output.size());
    session.output.clear();
    return all;
  }

  bool Serve(int fd) {
    SmtpSession& session = *sessions_[fd];
    const ssize_t got = recv(fd, buffer_, sizeof(buffer_), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) return false;
    const bool goes_on = session.Receive({buffer_, static_cast<size_t>(got)});
    return Reply(fd, session) && goes_on;
  }

  const int epoll_;
  const int listener_;
  const int signals_;
  MailLog& log_;
  std::map<int, std::unique_ptr<SmtpSession>> sessions_;
  char buffer_[64 << 10];
};

int Main() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  MailCounters* counters = MapCounters(absl::GetFlag(FLAGS_counters).c_str(), true);
  std::FILE* file = std::fopen(absl::GetFlag(FLAGS_log).c_str(), "w");
  if (counters == nullptr || file == nullptr) {
    std::perror("smtp_sink: --log or --counters");
    return 1;
  }
  const int listener = Listen(absl::GetFlag(FLAGS_port));
  if (listener < 0) return 1;
  time::SystemClock clock;
  MailLog log(file, *counters, absl::GetFlag(FLAGS_marker), clock);
  auto sink = std::make_unique<Sink>(listener, signalfd(-1, &stop, SFD_CLOEXEC), log);
  sink->Run();
  return std::fclose(file) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mamori::load

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return mamori::load::Main();
}
