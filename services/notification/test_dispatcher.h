// A dispatcher with hands that the test moves, on a real database: for the tests beside it.
#ifndef MAMORI_SERVICES_NOTIFICATION_TEST_DISPATCHER_H_
#define MAMORI_SERVICES_NOTIFICATION_TEST_DISPATCHER_H_

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "services/notification/dispatcher.h"
#include "services/notification/test_notification_fixture.h"

namespace mamori::notification {

// Holds what it is given until the test says how each ended.
class HeldTransport final : public Transport {
 public:
  void Start(TransportListener&) override {}
  void Send(std::vector<Attempt> attempts) override {
    std::lock_guard lock(mu_);
    for (Attempt& attempt : attempts) waiting.push_back(std::move(attempt));
    cv_.notify_all();
  }
  std::vector<uint64_t> Withdraw(absl::Duration begin_by) override {
    std::lock_guard lock(mu_);
    return TakeOut(waiting, begin_by);
  }
  void Stop(absl::Duration) override {}

  bool WaitForSome() {
    std::unique_lock lock(mu_);
    return cv_.wait_for(lock, std::chrono::seconds(10), [this] { return !waiting.empty(); });
  }

  std::deque<Attempt> waiting;

 private:
  std::mutex mu_;
  std::condition_variable cv_;
};

class DispatcherTest : public NotificationFixture {
 protected:
  // A replica: the same database, its own hands.
  struct Replica {
    Replica(DispatcherTest& test, DispatcherOptions options)
        : Replica(test, options, test.telemetry_) {}
    Replica(DispatcherTest& test, DispatcherOptions options, telemetry::Telemetry& telemetry)
        : builder({"https://desk.example/{case}", "mamori@acme.example", "mamori.example"},
                  test.secrets_),
          dispatcher({test.dispatch_store_, test.policies_, transport, builder, test.clock_,
                      test.ids_, telemetry, [this] { ++relay_wakes; }, test.access_},
                     options) {}
    // Begins all that waits and has it end like this; the bodies that went out.
    std::vector<std::string> EndAll(Verdict verdict, const std::string& error = "",
                                    bool endpoint_failed = false) {
      std::vector<std::string> bodies;
      Outcome outcome;
      outcome.verdict = verdict;
      outcome.error = error;
      outcome.endpoint_failed = endpoint_failed;
      for (; !transport.waiting.empty(); transport.waiting.pop_front()) {
        const Attempt& attempt = transport.waiting.front();
        if (!dispatcher.Begins(attempt.ticket)) continue;
        bodies.push_back(attempt.body);
        dispatcher.Ended(attempt.ticket, outcome);
      }
      return bodies;
    }
    HeldTransport transport;
    const AttemptBuilder builder;
    int relay_wakes = 0;
    Dispatcher dispatcher;
  };

  void Claim(Replica& replica) { EXPECT_THAT(replica.dispatcher.ClaimOnce(), testing::IsOk()); }
  void Settle(Replica& replica) { EXPECT_THAT(replica.dispatcher.SettleOnce(), testing::IsOk()); }

  // Long, since the database's clock goes on while a test runs.
  DispatcherOptions options_{.lease = absl::Hours(1)};
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_TEST_DISPATCHER_H_
