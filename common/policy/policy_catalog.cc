#include "common/policy/policy_catalog.h"

#include <utility>

#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::policy {

absl::Status PolicyCatalog::Add(std::shared_ptr<const PolicyVersion> version) {
  RETURN_IF_ERROR(store_.Put(*version));
  std::lock_guard lock(mu_);
  versions_[version->digest] = std::move(version);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const PolicyVersion>> PolicyCatalog::Get(std::string_view digest) {
  {
    std::lock_guard lock(mu_);
    if (const auto it = versions_.find(digest); it != versions_.end()) return it->second;
  }
  // Not under the lock: the store may be slow, and reading a version twice does no harm.
  absl::StatusOr<std::string> bytes = store_.GetBytes(digest);
  if (absl::IsNotFound(bytes.status())) return status::PolicyUnknown(digest);
  RETURN_IF_ERROR(bytes.status());
  ASSIGN_OR_RETURN(auto version, FromBytes(*std::move(bytes), digest));
  std::lock_guard lock(mu_);
  return versions_.try_emplace(version->digest, version).first->second;
}

}  // namespace mamori::policy
