// The policy versions that a process knows.
#ifndef MAMORI_COMMON_POLICY_POLICY_CATALOG_H_
#define MAMORI_COMMON_POLICY_POLICY_CATALOG_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/policy/policy.h"

namespace mamori::policy {

// Versions by digest: from memory, else from the store. Versions are few and immutable, so none is
// ever dropped. Thread safe.
class PolicyCatalog {
 public:
  explicit PolicyCatalog(PolicyStore& store) : store_(store) {}

  // Stores `version` and keeps it. For the version of this process's file, before it is used.
  absl::Status Add(std::shared_ptr<const PolicyVersion> version);

  // FAILED_PRECONDITION with reason POLICY_UNKNOWN when nobody stored it here yet: come again
  // later, never use another version. Other errors are the store's.
  absl::StatusOr<std::shared_ptr<const PolicyVersion>> Get(std::string_view digest);

 private:
  PolicyStore& store_;
  std::mutex mu_;
  std::map<std::string, std::shared_ptr<const PolicyVersion>, std::less<>> versions_;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_POLICY_CATALOG_H_
