#include "common/testing/tcp_gate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace mamori::testing {
namespace {

constexpr int kPollMillis = 20;

sockaddr_in Address(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

bool SendAll(int socket, const std::string& data) {
  for (size_t sent = 0; sent < data.size();) {
    const ssize_t n = send(socket, data.data() + sent, data.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<size_t>(n);
  }
  return true;
}

// What is there to read; empty at the end of the stream.
std::string Receive(int socket) {
  char buffer[65536];
  const ssize_t n = recv(socket, buffer, sizeof(buffer), 0);
  return n > 0 ? std::string(buffer, static_cast<size_t>(n)) : std::string();
}

}  // namespace

TcpGate::TcpGate(const std::string& host, int port) : host_(host), server_port_(port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Address("127.0.0.1", 0);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::perror("TcpGate");
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

TcpGate::~TcpGate() {
  stopping_ = true;
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

void TcpGate::LoseAnswerTo(const std::string& text) {
  std::lock_guard lock(mu_);
  lose_ = text;
}

void TcpGate::Hang() { hanging_ = true; }

void TcpGate::Close() {
  closed_ = true;
  ++generation_;
}

void TcpGate::Open() { closed_ = false; }

bool TcpGate::TakeOrder(const std::string& data) {
  std::lock_guard lock(mu_);
  if (lose_.empty() || data.find(lose_) == std::string::npos) return false;
  lose_.clear();
  return true;
}

void TcpGate::Accept() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, kPollMillis) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    if (closed_) {
      close(client);
      continue;
    }
    threads_.emplace_back([this, client] { Serve(client); });
  }
}

void TcpGate::Serve(int client) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Address(host_, server_port_);
  const int on = 1;
  for (int end : {client, server}) setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  bool open = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  bool losing = false;
  const int generation = generation_;
  while (open && !stopping_ && generation == generation_) {
    if (hanging_) {
      poll(nullptr, 0, kPollMillis);
      continue;
    }
    pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (poll(ends, 2, kPollMillis) <= 0) continue;
    if (ends[0].revents != 0) {
      const std::string data = Receive(client);
      losing = losing || TakeOrder(data);
      open = !data.empty() && SendAll(server, data);
    }
    if (open && ends[1].revents != 0) {
      const std::string data = Receive(server);
      if (losing) {
        lost_ = true;
        break;
      }
      open = !data.empty() && SendAll(client, data);
    }
  }
  close(client);
  close(server);
}

}  // namespace mamori::testing
