// Token buckets, one per key, of one size. Says how fast a key may go, not who it is.
#ifndef MAMORI_SERVICES_INTAKE_TOKEN_BUCKETS_H_
#define MAMORI_SERVICES_INTAKE_TOKEN_BUCKETS_H_

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "absl/time/time.h"
#include "common/time/clock.h"

namespace mamori::intake {

// Thread safe. Never blocks.
class TokenBuckets {
 public:
  struct Size {
    double per_minute = 60;
    double burst = 60;
  };
  TokenBuckets(Size size, const time::Clock& clock) : size_(size), clock_(clock) {}

  // Takes one when there is one.
  bool Take(const std::string& key);
  // Takes one that is not there: what comes in later pays it off. How many are owed now, at most a
  // thousand times the burst.
  double Owe(const std::string& key);
  // How many are owed; 0 when none.
  double Owed(const std::string& key);

 private:
  struct Bucket {
    double tokens = 0;
    absl::Duration at;  // monotonic
  };
  // Filled up to now; under the lock. Buckets that are full again are forgotten when there are
  // many.
  Bucket& Filled(const std::string& key);

  static constexpr size_t kMost = 65'536;

  const Size size_;
  const time::Clock& clock_;
  std::mutex mu_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_TOKEN_BUCKETS_H_
