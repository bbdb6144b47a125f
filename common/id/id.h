// Identifiers: 128 random bits. Never a sequence and never a clock, so that an id tells nothing
// about when an anonymous person reported, nor how many reports there are.
#ifndef MAMORI_COMMON_ID_ID_H_
#define MAMORI_COMMON_ID_ID_H_

#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mamori::id {

// 16 raw bytes, as stored in BINARY(16) columns.
using Id = std::string;

// 26 lower-case Crockford base-32 characters (no i, l, o, u), as shown in resource names:
// "reports/" + text.
std::string ToText(std::string_view id);
// INVALID_ARGUMENT unless `text` is exactly such a string (lower case, no overflow bits).
absl::StatusOr<Id> FromText(std::string_view text);

// "reports/<id>" for collection "reports".
std::string Name(std::string_view collection, std::string_view id);
// The id of "reports/<id>"; INVALID_ARGUMENT "want reports/{26 characters}" otherwise.
absl::StatusOr<Id> FromName(std::string_view collection, std::string_view name);

class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual Id NewId() = 0;
  // Uniform in [0, 1), for jitter.
  virtual double NewFraction() = 0;
};

// From the kernel's generator (libsodium). Thread safe.
class RandomIdSource final : public IdSource {
 public:
  RandomIdSource();
  Id NewId() override;
  double NewFraction() override;
};

// Reproducible, for tests. Thread safe.
class SeededIdSource final : public IdSource {
 public:
  explicit SeededIdSource(uint64_t seed) : engine_(seed) {}
  Id NewId() override;
  double NewFraction() override;

 private:
  std::mutex mu_;
  std::mt19937_64 engine_;
};

}  // namespace mamori::id

#endif  // MAMORI_COMMON_ID_ID_H_
