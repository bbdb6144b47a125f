// The process's metrics: families made on first use, and the histogram of calls found without
// locking others out.
#ifndef MAMORI_COMMON_TELEMETRY_METRICS_H_
#define MAMORI_COMMON_TELEMETRY_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/telemetry/telemetry.h"

namespace mamori::telemetry {

// Thread safe. A name or label that Prometheus does not allow is dropped, never thrown.
class Metrics {
 public:
  Metrics();

  void RecordCall(std::string_view method, std::string_view code, absl::Duration took);
  void Count(std::string_view name, const Labels& labels, double by);
  void Gauge(std::string_view name, double value, const Labels& labels);
  void Observe(std::string_view name, absl::Duration took, const Labels& labels);

  std::shared_ptr<prometheus::Registry> registry() const { return registry_; }

 private:
  template <typename Metric>
  using Families = std::map<std::string, prometheus::Family<Metric>*, std::less<>>;
  // Null when `name` cannot be a metric.
  template <typename Metric, typename Make>
  prometheus::Family<Metric>* Find(Families<Metric>& families, std::string_view name, Make make);

  std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Histogram>& calls_;

  // Method names are our own constants, so neither map grows beyond methods times codes.
  std::shared_mutex calls_mu_;
  std::map<std::string, std::map<std::string, prometheus::Histogram*, std::less<>>, std::less<>>
      call_histograms_;

  std::mutex mu_;
  Families<prometheus::Counter> counters_;
  Families<prometheus::Gauge> gauges_;
  Families<prometheus::Histogram> histograms_;
};

}  // namespace mamori::telemetry

#endif  // MAMORI_COMMON_TELEMETRY_METRICS_H_
