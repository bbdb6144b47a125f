#include "common/server/readiness.h"

#include <exception>
#include <utility>

namespace mamori::server {

Readiness::Readiness(std::function<absl::Status()> check, std::function<void(bool)> publish,
                     absl::Duration interval, telemetry::Telemetry& telemetry)
    : check_(std::move(check)),
      publish_(std::move(publish)),
      interval_(interval),
      telemetry_(telemetry),
      thread_([this] { Loop(); }) {}

Readiness::~Readiness() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Readiness::Close() {
  std::lock_guard lock(mu_);
  closed_ = true;
  publish_(false);
  telemetry_.Gauge("mamori_ready", 0);
}

void Readiness::Loop() {
  std::unique_lock lock(mu_);
  while (!stopping_) {
    lock.unlock();
    absl::Status status;
    try {
      status = check_();
    } catch (const std::exception&) {
      status = absl::InternalError("exception in the readiness check");
    }
    lock.lock();
    Apply(status);
    wake_.wait_for(lock, absl::ToChronoNanoseconds(interval_), [this] { return stopping_; });
  }
}

void Readiness::Apply(const absl::Status& status) {
  if (closed_ || ready_ == status.ok()) return;
  ready_ = status.ok();
  publish_(status.ok());
  telemetry_.Gauge("mamori_ready", status.ok() ? 1 : 0);
  if (status.ok()) {
    telemetry_.Log(telemetry::Level::kInfo, "ready");
  } else {
    telemetry_.Log(telemetry::Level::kWarn, "not_ready",
                   {{"code", absl::StatusCodeToString(status.code())},
                    {"message", std::string(status.message())}});
  }
}

}  // namespace mamori::server
