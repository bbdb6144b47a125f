// Circuit breakers: an endpoint that fails again and again is left alone for a while, then tried
// once. Pure: the time comes in. Not thread safe; the dispatcher guards it.
#ifndef MAMORI_SERVICES_NOTIFICATION_CIRCUIT_H_
#define MAMORI_SERVICES_NOTIFICATION_CIRCUIT_H_

#include <map>
#include <string>

#include "absl/time/time.h"

namespace mamori::notification {

struct CircuitOptions {
  int failures = 5;                         // in a row, that open it
  absl::Duration wait = absl::Seconds(30);  // before one try
};

class CircuitBook {
 public:
  explicit CircuitBook(CircuitOptions options) : options_(options) {}

  // Zero: send. Otherwise how long to wait before asking again. The first call after the wait gets
  // the one try, and so does the first after another wait in which that try did not report.
  absl::Duration Ask(const std::string& endpoint, absl::Time now);
  // Whether Ask would say zero, without taking the try.
  bool WouldAllow(const std::string& endpoint, absl::Time now) const;
  // Whether it is open: until a try succeeds.
  bool IsOpen(const std::string& endpoint) const;
  // An endpoint without a failure is not remembered, so the book does not grow.
  void Succeeded(const std::string& endpoint) { circuits_.erase(endpoint); }
  void Failed(const std::string& endpoint, absl::Time now);
  // How many are open.
  int open(absl::Time now) const;

 private:
  struct Circuit {
    int failures = 0;
    absl::Time shut_until;  // nothing is sent before
  };
  bool IsOpen(const Circuit& circuit) const { return circuit.failures >= options_.failures; }

  CircuitOptions options_;
  std::map<std::string, Circuit> circuits_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_CIRCUIT_H_
