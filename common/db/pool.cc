#include "common/db/pool.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/db/connection.h"
#include "common/db/sql_error.h"
#include "common/id/id.h"
#include "common/time/clock.h"

namespace mamori::db {
namespace {

struct Host {
  std::string name;
  int port;
};

std::vector<Host> ParseHosts(const PoolOptions& options) {
  std::vector<Host> hosts;
  for (const auto part : absl::StrSplit(options.host, ',', absl::SkipWhitespace())) {
    std::string name(absl::StripAsciiWhitespace(part));
    int port = options.port;
    if (const size_t colon = name.rfind(':');
        colon != std::string::npos && absl::SimpleAtoi(name.substr(colon + 1), &port)) {
      name.resize(colon);
    }
    hosts.push_back({std::move(name), port});
  }
  return hosts;
}

void GiveBack(Connection* connection) {
  std::unique_ptr<Connection> owned(connection);
  if (owned != nullptr) owned->owner()->Return(std::move(owned));
}

class SessionPool final : public Pool, public ConnectionOwner {
 public:
  explicit SessionPool(PoolOptions options)
      : options_(std::move(options)), hosts_(ParseHosts(options_)) {
    if (!hosts_.empty()) {
      first_host_ = static_cast<size_t>(id::RandomIdSource().NewFraction() * hosts_.size());
    }
  }

  absl::StatusOr<std::unique_ptr<Connection, void (*)(Connection*)>> Acquire(
      absl::Time deadline) override {
    std::unique_lock lock(mu_);
    const auto available = [this] { return !idle_.empty() || open_ < options_.max_connections; };
    if (deadline == absl::InfiniteFuture()) {
      changed_.wait(lock, available);
    } else if (!changed_.wait_until(lock, absl::ToChronoTime(deadline), available)) {
      return absl::ResourceExhaustedError("all database connections are busy");
    }
    if (!idle_.empty()) {
      // The one used last: its statements are prepared and the others may grow old.
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return Lend(std::move(connection));
    }
    ++open_;
    lock.unlock();
    auto opened = OpenSomewhere(deadline);
    if (opened.ok()) return Lend(*std::move(opened));
    lock.lock();
    --open_;
    lock.unlock();
    changed_.notify_one();
    return opened.status();
  }

  absl::Status Ping(absl::Duration timeout) override {
    const auto connection = Acquire(time::SystemClock().Now() + timeout);
    if (!connection.ok()) return connection.status();
    return (*connection)->Query("SELECT 1", {}).status();
  }

  void Return(std::unique_ptr<Connection> connection) override {
    std::vector<std::unique_ptr<Connection>> closing;
    {
      std::lock_guard lock(mu_);
      if (connection->broken()) {
        // What broke it (a restart, a failover) most likely broke the idle ones as well: without
        // this a rerun would meet them one after the other.
        closing = std::move(idle_);
        idle_.clear();
        open_ -= static_cast<int>(closing.size()) + 1;
        closing.push_back(std::move(connection));
      } else {
        idle_.push_back(std::move(connection));
      }
    }
    changed_.notify_all();
  }

 private:
  static std::unique_ptr<Connection, void (*)(Connection*)> Lend(
      std::unique_ptr<Connection> connection) {
    return {connection.release(), &GiveBack};
  }

  absl::StatusOr<std::unique_ptr<Connection>> OpenSomewhere(absl::Time deadline) {
    absl::Status last = absl::InternalError("no database host is configured");
    size_t first;
    {
      std::lock_guard lock(mu_);
      first = first_host_;
    }
    for (size_t i = 0; i < hosts_.size(); ++i) {
      const absl::Duration left = deadline - time::SystemClock().Now();
      if (i > 0 && left <= absl::ZeroDuration()) break;
      const size_t index = (first + i) % hosts_.size();
      auto opened = Connection::Open(options_, hosts_[index].name, hosts_[index].port, left, this);
      if (opened.ok()) {
        // Stay where it worked: a host that is down costs a time-out each time it is asked.
        std::lock_guard lock(mu_);
        first_host_ = index;
        return opened;
      }
      last = opened.status();
    }
    return last;
  }

  const PoolOptions options_;
  const std::vector<Host> hosts_;
  std::mutex mu_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  int open_ = 0;  // lent, idle, or being opened
  size_t first_host_ = 0;
};

}  // namespace

std::unique_ptr<Pool> Pool::Create(PoolOptions options) {
  return std::make_unique<SessionPool>(std::move(options));
}

}  // namespace mamori::db
