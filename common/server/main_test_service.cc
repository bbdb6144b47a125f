// A whole service binary around a small app, for service_main_test.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

#include "common/server/service_main.h"
#include "common/server/test_server.h"

namespace mamori::server {
namespace {

class TestApp final : public App {
 public:
  TestApp(Runtime& runtime, std::string schema)
      : schema_(std::move(schema)), telemetry_(runtime.telemetry), intake_(runtime.rpc, handlers_) {
    handlers_.get = [this](const CallContext&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (++calls_ == kHeld) {
        while (!stopping_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        telemetry_.Log(telemetry::Level::kInfo, "last_call_ended");
      }
      return v1::Report();
    };
  }
  ~TestApp() override { telemetry_.Log(telemetry::Level::kInfo, "app_closed"); }

  std::vector<grpc::Service*> services() override { return {&intake_}; }
  // "away-then-old": the database is there the third time, and its schema is too old.
  absl::Status Prepare() override {
    if (schema_ == "away-then-old" && ++asked_ < 3) return absl::UnavailableError("away");
    return schema_.ends_with("old") ? absl::FailedPreconditionError("schema version 1, want 2")
                                    : absl::OkStatus();
  }
  absl::Status CheckReady() override { return absl::OkStatus(); }
  void StartWorkers() override { telemetry_.Log(telemetry::Level::kInfo, "workers_started"); }
  void StopWorkers() override {
    telemetry_.Log(telemetry::Level::kInfo, "workers_stopped");
    stopping_ = true;
  }
  void FinishCalls() override { telemetry_.Log(telemetry::Level::kInfo, "calls_finished"); }

 private:
  // This one ends after the workers have.
  static constexpr int kHeld = 100;

  const std::string schema_;
  int asked_ = 0;
  std::atomic<int> calls_ = 0;
  std::atomic<bool> stopping_ = false;
  telemetry::Telemetry& telemetry_;
  TestHandlers handlers_;
  TestIntake intake_;
};

absl::Status Check(const config::v1::IntakeConfig& config) {
  if (config.database().user().empty())
    return absl::InvalidArgumentError("database.user: required");
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<App>> MakeApp(const config::v1::IntakeConfig& config,
                                             Runtime& runtime) {
  if (absl::Status wrong = Check(config); !wrong.ok()) return wrong;
  if (config.database().schema() == "broken") return absl::InternalError("it cannot be made");
  return std::make_unique<TestApp>(runtime, config.database().schema());
}

}  // namespace
}  // namespace mamori::server

int main(int argc, char** argv) {
  using namespace mamori::server;
  return ServiceMain<mamori::config::v1::IntakeConfig>(
      argc, argv, "intake", {kEcho, kGetReport, kListReports, kListContacts}, MakeApp, Check);
}
