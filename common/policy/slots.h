// Word lists that patterns name, and what is compiled from them. Pure.
#ifndef MAMORI_COMMON_POLICY_SLOTS_H_
#define MAMORI_COMMON_POLICY_SLOTS_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/policy/pattern_pool.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// Immutable and thread safe.
class Slots {
 public:
  Slots() = default;
  explicit Slots(const v1::Policy& policy);

  // `pattern` with every "{{id}}" written out. A name that no slot before it has is appended to
  // `unknown` and left as it stands.
  std::string Expand(std::string_view pattern, std::string* unknown = nullptr) const;

  // Where patterns with these slots are compiled once. Copies share it.
  const std::shared_ptr<PatternPool>& pool() const { return pool_; }

 private:
  std::shared_ptr<PatternPool> pool_ = std::make_shared<PatternPool>();
  std::map<std::string, std::string, std::less<>> patterns_;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_SLOTS_H_
