// One line and one histogram per call, and the services' own gauges and counters. No personal data
// and no ids of reports or cases in either; metric names are pinned by tests/golden/metrics.txt.
#ifndef MAMORI_COMMON_TELEMETRY_TELEMETRY_H_
#define MAMORI_COMMON_TELEMETRY_TELEMETRY_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace mamori::telemetry {

using Labels = std::map<std::string, std::string>;

enum class Level { kDebug, kInfo, kWarn, kError };

class Telemetry {
 public:
  virtual ~Telemetry() = default;

  // One JSON line on standard error: time, level, service, event, then the fields. `event` is a
  // constant.
  virtual void Log(Level level, std::string_view event, const Labels& fields = {}) = 0;

  // mamori_rpc_seconds{method, code} and, at debug level (warn for server faults), a line.
  virtual void RecordCall(std::string_view method, std::string_view code, absl::Duration took,
                          std::string_view caller, std::string_view request_id) = 0;
  // Of a call whose caller wants to stay unknown: the histogram, and no line whatever the code.
  virtual void MeasureCall(std::string_view method, std::string_view code, absl::Duration took) {
    RecordCall(method, code, took, "", "");
  }

  // A counter or gauge by name (snake_case, prefixed "mamori_"), made on first use.
  virtual void Count(std::string_view name, const Labels& labels = {}, double by = 1) = 0;
  virtual void Gauge(std::string_view name, double value, const Labels& labels = {}) = 0;
  // A histogram in seconds.
  virtual void Observe(std::string_view name, absl::Duration took, const Labels& labels = {}) = 0;
};

// Writes nothing and counts nothing.
class NullTelemetry final : public Telemetry {
 public:
  void Log(Level, std::string_view, const Labels&) override {}
  void RecordCall(std::string_view, std::string_view, absl::Duration, std::string_view,
                  std::string_view) override {}
  void Count(std::string_view, const Labels&, double) override {}
  void Gauge(std::string_view, double, const Labels&) override {}
  void Observe(std::string_view, absl::Duration, const Labels&) override {}
};

struct TelemetryOptions {
  std::string service;         // "intake"
  std::string metrics_listen;  // Prometheus exposer, "host:port"; empty for none
  Level level = Level::kInfo;
};
// UNAVAILABLE when `metrics_listen` cannot be bound. Also routes gRPC's own log into the lines.
std::unique_ptr<Telemetry> CreateTelemetry(const TelemetryOptions& options, absl::Status& status);

}  // namespace mamori::telemetry

#endif  // MAMORI_COMMON_TELEMETRY_TELEMETRY_H_
