#include "services/triage/assessors.h"

#include "common/status/macros.h"

namespace mamori::triage {

absl::StatusOr<std::shared_ptr<const Assessor>> Assessors::Current() {
  {
    std::lock_guard lock(mu_);
    if (stored_) return assessors_.find(current_->digest)->second;
  }
  RETURN_IF_ERROR(catalog_.Add(current_));
  ASSIGN_OR_RETURN(auto assessor, Get(current_->digest));
  std::lock_guard lock(mu_);
  stored_ = true;
  return assessor;
}

absl::StatusOr<std::shared_ptr<const Assessor>> Assessors::Get(std::string_view digest) {
  {
    std::lock_guard lock(mu_);
    if (const auto it = assessors_.find(digest); it != assessors_.end()) return it->second;
  }
  ASSIGN_OR_RETURN(const auto version, catalog_.Get(digest));
  auto assessor = std::make_shared<const Assessor>(version->policy, version->digest);
  std::lock_guard lock(mu_);
  return assessors_.try_emplace(version->digest, std::move(assessor)).first->second;
}

}  // namespace mamori::triage
