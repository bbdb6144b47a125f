#include "services/intake/token_buckets.h"

#include <algorithm>
#include <iterator>

namespace mamori::intake {
namespace {

constexpr double kMostOwed = 1000;  // times the burst

}  // namespace

TokenBuckets::Bucket& TokenBuckets::Filled(const std::string& key) {
  const absl::Duration now = clock_.Monotonic();
  const auto fill = [&](Bucket& bucket) {
    const double minutes = absl::ToDoubleMinutes(now - bucket.at);
    bucket.tokens = std::min(size_.burst, bucket.tokens + minutes * size_.per_minute);
    bucket.at = now;
  };
  if (buckets_.size() >= kMost) {
    for (auto one = buckets_.begin(); one != buckets_.end();) {
      fill(one->second);
      one = one->second.tokens >= size_.burst ? buckets_.erase(one) : std::next(one);
    }
    // All of them are in use: whoever is forgotten begins anew.
    if (buckets_.size() >= kMost) buckets_.clear();
  }
  const auto [found, fresh] = buckets_.try_emplace(key, Bucket{size_.burst, now});
  if (!fresh) fill(found->second);
  return found->second;
}

bool TokenBuckets::Take(const std::string& key) {
  std::lock_guard lock(mu_);
  Bucket& bucket = Filled(key);
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

double TokenBuckets::Owe(const std::string& key) {
  std::lock_guard lock(mu_);
  Bucket& bucket = Filled(key);
  bucket.tokens = std::max(bucket.tokens - 1, -kMostOwed * size_.burst);
  return std::max(0.0, -bucket.tokens);
}

double TokenBuckets::Owed(const std::string& key) {
  std::lock_guard lock(mu_);
  return std::max(0.0, -Filled(key).tokens);
}

}  // namespace mamori::intake
