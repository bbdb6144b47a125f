// Word lists that patterns name. Pure.
#ifndef MAMORI_COMMON_POLICY_SLOTS_H_
#define MAMORI_COMMON_POLICY_SLOTS_H_

#include <map>
#include <string>
#include <string_view>

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

 private:
  std::map<std::string, std::string, std::less<>> patterns_;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_SLOTS_H_
