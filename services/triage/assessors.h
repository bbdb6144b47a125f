// The compiled policy versions of a process.
#ifndef MAMORI_SERVICES_TRIAGE_ASSESSORS_H_
#define MAMORI_SERVICES_TRIAGE_ASSESSORS_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/policy/policy_catalog.h"
#include "services/triage/assess.h"

namespace mamori::triage {

// Thread safe.
class Assessors {
 public:
  // `current` is the version of this process's file: new cases are opened under it.
  Assessors(policy::PolicyCatalog& catalog, std::shared_ptr<const policy::PolicyVersion> current)
      : catalog_(catalog), current_(std::move(current)) {}
  // The same with the current version compiled already, which takes a third of a second.
  Assessors(policy::PolicyCatalog& catalog, std::shared_ptr<const policy::PolicyVersion> current,
            std::shared_ptr<const Assessor> compiled)
      : Assessors(catalog, std::move(current)) {
    assessors_.emplace(current_->digest, std::move(compiled));
  }

  // Stores the current version, once: no case may name a version that another replica cannot find.
  absl::StatusOr<std::shared_ptr<const Assessor>> Current();

  // The version that a case was opened under. FAILED_PRECONDITION with reason POLICY_UNKNOWN.
  absl::StatusOr<std::shared_ptr<const Assessor>> Get(std::string_view digest);

 private:
  policy::PolicyCatalog& catalog_;
  const std::shared_ptr<const policy::PolicyVersion> current_;
  std::mutex mu_;
  bool stored_ = false;
  std::map<std::string, std::shared_ptr<const Assessor>, std::less<>> assessors_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ASSESSORS_H_
