#include "services/triage/opinions.h"

#include <optional>

#include "common/policy/check_opinion.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

// A stuck database must not hold up the assessment for ever.
constexpr absl::Duration kBudget = absl::Seconds(5);

// A compiled model and the policy that it looks into.
struct Held {
  Held(std::shared_ptr<const Assessor> held, const OpinionRow& row)
      : assessor(std::move(held)), opinion(assessor->policy(), row.model, row.version) {}
  const std::shared_ptr<const Assessor> assessor;
  const Opinion opinion;
};

std::shared_ptr<const Opinion> OwnOf(const std::shared_ptr<const Assessor>& assessor) {
  return {assessor, assessor->opinion()};
}

}  // namespace

std::shared_ptr<const Opinion> Opinions::Compile(const std::shared_ptr<const Assessor>& assessor,
                                                 const OpinionRow& row) {
  const std::lock_guard lock(mu_);
  auto& compiled = compiled_[{assessor->digest(), row.version}];
  if (compiled == nullptr) {
    const auto held = std::make_shared<const Held>(assessor, row);
    compiled = {held, &held->opinion};
  }
  return compiled;
}

Opinions::OpinionOr Opinions::InForce(const std::string& tenant,
                                      const std::shared_ptr<const Assessor>& assessor) {
  if (assessor->policy().opinion().terms().empty()) return OwnOf(assessor);
  const std::pair key(tenant, assessor->digest());
  const absl::Time now = clock_.Now();
  {
    const std::lock_guard lock(mu_);
    const auto it = current_.find(key);
    if (it != current_.end() && now < it->second.until) return it->second.opinion;
  }
  ASSIGN_OR_RETURN(const std::optional<OpinionRow> row,
                   store_.Newest(tenant, assessor->digest(), now + kBudget));
  const auto opinion = row.has_value() ? Compile(assessor, *row) : OwnOf(assessor);
  const std::lock_guard lock(mu_);
  current_[key] = {opinion, now + kFresh};
  return opinion;
}

Opinions::OpinionOr Opinions::Get(const std::string& tenant,
                                  const std::shared_ptr<const Assessor>& assessor,
                                  const std::string& version) {
  if (version.empty() || version == assessor->digest()) return OwnOf(assessor);
  {
    const std::lock_guard lock(mu_);
    const auto it = compiled_.find({assessor->digest(), version});
    if (it != compiled_.end()) return it->second;
  }
  const absl::StatusOr<OpinionRow> row = store_.Get(tenant, version, clock_.Now() + kBudget);
  // It was named by an assessment, so it is on its way to this database.
  if (absl::IsNotFound(row.status())) {
    return status::Error(absl::StatusCode::kUnavailable,
                         mamori::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
                         "the model cannot be read yet");
  }
  RETURN_IF_ERROR(row.status());
  // A report that moved into a case of another policy version: what that one does not have counts
  // nothing.
  return Compile(assessor, *row);
}

void Opinions::Forget(const std::string& tenant) {
  const std::lock_guard lock(mu_);
  for (auto it = current_.begin(); it != current_.end();) {
    it = it->first.first == tenant ? current_.erase(it) : std::next(it);
  }
}

}  // namespace mamori::triage
