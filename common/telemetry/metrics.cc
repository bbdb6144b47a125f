#include "common/telemetry/metrics.h"

#include <exception>

namespace mamori::telemetry {
namespace {

constexpr char kCallSeconds[] = "mamori_rpc_seconds";

// From a fifth of a millisecond, an empty call, to the longest default deadline.
const prometheus::Histogram::BucketBoundaries& Buckets() {
  static const auto* const kBuckets = new prometheus::Histogram::BucketBoundaries{
      0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  return *kBuckets;
}

}  // namespace

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      calls_(prometheus::BuildHistogram()
                 .Name(kCallSeconds)
                 .Help("How long calls took, by method and code.")
                 .Register(*registry_)) {}

void Metrics::RecordCall(std::string_view method, std::string_view code, absl::Duration took) {
  prometheus::Histogram* histogram = nullptr;
  {
    std::shared_lock lock(calls_mu_);
    if (const auto by_code = call_histograms_.find(method); by_code != call_histograms_.end()) {
      if (const auto it = by_code->second.find(code); it != by_code->second.end()) {
        histogram = it->second;
      }
    }
  }
  if (histogram == nullptr) {
    std::unique_lock lock(calls_mu_);
    histogram =
        &calls_.Add({{"method", std::string(method)}, {"code", std::string(code)}}, Buckets());
    call_histograms_[std::string(method)][std::string(code)] = histogram;
  }
  histogram->Observe(absl::ToDoubleSeconds(took));
}

template <typename Metric, typename Make>
prometheus::Family<Metric>* Metrics::Find(Families<Metric>& families, std::string_view name,
                                          Make make) {
  std::lock_guard lock(mu_);
  if (const auto it = families.find(name); it != families.end()) return it->second;
  prometheus::Family<Metric>* family = nullptr;
  try {
    family = &make().Name(std::string(name)).Help("See common/telemetry.").Register(*registry_);
  } catch (const std::exception&) {
    // The name is no metric name, or that of a metric of another type: remembered as null.
  }
  families.emplace(std::string(name), family);
  return family;
}

void Metrics::Count(std::string_view name, const Labels& labels, double by) {
  auto* family = Find(counters_, name, prometheus::BuildCounter);
  if (family == nullptr) return;
  try {
    family->Add(labels).Increment(by);
  } catch (const std::exception&) {  // a label's name is not allowed
  }
}

void Metrics::Gauge(std::string_view name, double value, const Labels& labels) {
  auto* family = Find(gauges_, name, prometheus::BuildGauge);
  if (family == nullptr) return;
  try {
    family->Add(labels).Set(value);
  } catch (const std::exception&) {  // a label's name is not allowed
  }
}

void Metrics::Observe(std::string_view name, absl::Duration took, const Labels& labels) {
  auto* family = Find(histograms_, name, prometheus::BuildHistogram);
  if (family == nullptr) return;
  try {
    family->Add(labels, Buckets()).Observe(absl::ToDoubleSeconds(took));
  } catch (const std::exception&) {  // a label's name is not allowed
  }
}

}  // namespace mamori::telemetry
