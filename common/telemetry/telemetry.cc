#include "common/telemetry/telemetry.h"

#include <grpc/support/log.h>
#include <prometheus/exposer.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <exception>

#include "absl/strings/str_cat.h"
#include "common/telemetry/json.h"
#include "common/telemetry/metrics.h"

namespace mamori::telemetry {
namespace {

// It answers one scraper.
constexpr size_t kExposerThreads = 2;

// gRPC's log is process-wide and takes a plain function, so the way to the lines is process-wide as
// well.
std::atomic<Telemetry*> grpc_log_target{nullptr};

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "error";
}

spdlog::level::level_enum SpdlogLevel(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

void LogFromGrpc(gpr_log_func_args* args) {
  Telemetry* target = grpc_log_target.load(std::memory_order_acquire);
  if (target == nullptr) return;
  const Level level = args->severity == GPR_LOG_SEVERITY_ERROR  ? Level::kWarn
                      : args->severity == GPR_LOG_SEVERITY_INFO ? Level::kInfo
                                                                : Level::kDebug;
  std::string_view file(args->file);
  if (const size_t slash = file.rfind('/'); slash != std::string_view::npos) {
    file.remove_prefix(slash + 1);
  }
  target->Log(
      level, "grpc",
      {{"source", absl::StrCat(std::string(file), ":", args->line)}, {"message", args->message}});
}

// Codes by which a call says that the fault is the server's.
bool IsServerFault(std::string_view code) {
  return code == "INTERNAL" || code == "UNKNOWN" || code == "DATA_LOSS" || code == "UNAVAILABLE";
}

class ProcessTelemetry final : public Telemetry {
 public:
  ProcessTelemetry(const TelemetryOptions& options, std::unique_ptr<prometheus::Exposer> exposer)
      : service_(options.service),
        logger_("mamori", std::make_shared<spdlog::sinks::stderr_sink_mt>()),
        exposer_(std::move(exposer)) {
    // The time is the logger's own; the rest of the line is written by Line() below.
    logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",%v}", spdlog::pattern_time_type::utc));
    logger_.set_level(SpdlogLevel(options.level));
    logger_.flush_on(spdlog::level::debug);
    if (exposer_ != nullptr) exposer_->RegisterCollectable(metrics_.registry());
    grpc_log_target.store(this, std::memory_order_release);
    gpr_set_log_function(LogFromGrpc);
    gpr_set_log_verbosity(options.level == Level::kDebug ? GPR_LOG_SEVERITY_INFO
                                                         : GPR_LOG_SEVERITY_ERROR);
  }

  ~ProcessTelemetry() override {
    Telemetry* self = this;
    grpc_log_target.compare_exchange_strong(self, nullptr, std::memory_order_acq_rel);
  }

  void Log(Level level, std::string_view event, const Labels& fields) override {
    if (!logger_.should_log(SpdlogLevel(level))) return;
    std::string line = Line(level, event);
    for (const auto& [key, value] : fields) AppendField(line, key, value);
    Write(level, line);
  }

  void RecordCall(std::string_view method, std::string_view code, absl::Duration took,
                  std::string_view caller, std::string_view request_id) override {
    metrics_.RecordCall(method, code, took);
    const Level level = IsServerFault(code) ? Level::kWarn : Level::kDebug;
    if (!logger_.should_log(SpdlogLevel(level))) return;
    std::string line = Line(level, "call");
    AppendField(line, "method", method);
    AppendField(line, "code", code);
    AppendField(line, "caller", caller);
    AppendField(line, "request_id", request_id);
    absl::StrAppend(&line, ",\"took_ms\":", absl::ToDoubleMilliseconds(took));
    Write(level, line);
  }

  void MeasureCall(std::string_view method, std::string_view code, absl::Duration took) override {
    metrics_.RecordCall(method, code, took);
  }

  void Count(std::string_view name, const Labels& labels, double by) override {
    metrics_.Count(name, labels, by);
  }
  void Gauge(std::string_view name, double value, const Labels& labels) override {
    metrics_.Gauge(name, value, labels);
  }
  void Observe(std::string_view name, absl::Duration took, const Labels& labels) override {
    metrics_.Observe(name, took, labels);
  }

 private:
  std::string Line(Level level, std::string_view event) const {
    std::string line = absl::StrCat("\"level\":\"", std::string(LevelName(level)), "\"");
    AppendField(line, "service", service_);
    AppendField(line, "event", event);
    return line;
  }
  static void AppendField(std::string& line, std::string_view key, std::string_view value) {
    line += ',';
    AppendJsonString(line, key);
    line += ':';
    AppendJsonString(line, value);
  }
  void Write(Level level, const std::string& line) {
    logger_.log(SpdlogLevel(level), spdlog::string_view_t(line.data(), line.size()));
  }

  const std::string service_;
  spdlog::logger logger_;
  Metrics metrics_;
  std::unique_ptr<prometheus::Exposer> exposer_;  // last: stops before what it reads is gone
};

}  // namespace

std::unique_ptr<Telemetry> CreateTelemetry(const TelemetryOptions& options, absl::Status& status) {
  std::unique_ptr<prometheus::Exposer> exposer;
  status = absl::OkStatus();
  if (!options.metrics_listen.empty()) {
    try {
      exposer = std::make_unique<prometheus::Exposer>(options.metrics_listen, kExposerThreads);
    } catch (const std::exception&) {
      status = absl::UnavailableError(
          absl::StrCat("metrics_listen: cannot listen on ", options.metrics_listen));
      return nullptr;
    }
  }
  return std::make_unique<ProcessTelemetry>(options, std::move(exposer));
}

}  // namespace mamori::telemetry
