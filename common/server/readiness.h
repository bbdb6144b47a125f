// Whether the process may be given work, asked again and again and told to health.
#ifndef MAMORI_COMMON_SERVER_READINESS_H_
#define MAMORI_COMMON_SERVER_READINESS_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/telemetry/telemetry.h"

namespace mamori::server {

class Readiness {
 public:
  // Asks `check` at once and then every `interval`, from one thread of its own, and hands each
  // change to `publish`. Only changes are logged. An exception of `check` counts as not ready.
  Readiness(std::function<absl::Status()> check, std::function<void(bool)> publish,
            absl::Duration interval, telemetry::Telemetry& telemetry);
  // Waits for a check that is under way.
  ~Readiness();

  // Publishes false, for good.
  void Close();

 private:
  void Loop();
  void Apply(const absl::Status& status);

  const std::function<absl::Status()> check_;
  const std::function<void(bool)> publish_;
  const absl::Duration interval_;
  telemetry::Telemetry& telemetry_;

  std::mutex mu_;
  std::condition_variable wake_;
  bool closed_ = false;
  bool stopping_ = false;
  std::optional<bool> ready_;
  std::thread thread_;  // last: runs as soon as it is made
};

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_READINESS_H_
