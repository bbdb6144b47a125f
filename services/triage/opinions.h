// Which model reads which report.
#ifndef MAMORI_SERVICES_TRIAGE_OPINIONS_H_
#define MAMORI_SERVICES_TRIAGE_OPINIONS_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "services/triage/assess.h"
#include "services/triage/opinion_store.h"

namespace mamori::triage {

// Thread safe. Every replica finds the same model for a report that was assessed: the assessment
// names its version. Which one is in force is looked up again after kFresh.
class Opinions {
 public:
  static constexpr absl::Duration kFresh = absl::Seconds(5);

  using OpinionOr = absl::StatusOr<std::shared_ptr<const Opinion>>;
  Opinions(OpinionStore& store, const time::Clock& clock) : store_(store), clock_(clock) {}

  // For the tenant's new reports: the newest one that was trained for the policy version, else the
  // one that came with it; nullptr for a policy without a second opinion.
  OpinionOr InForce(const std::string& tenant, const std::shared_ptr<const Assessor>& assessor);
  // As OpinionStore's.
  absl::StatusOr<std::map<id::Id, std::string>> VersionsOf(const std::string& tenant,
                                                           const std::vector<id::Id>& report_ids,
                                                           absl::Time deadline) {
    return store_.VersionsOf(tenant, report_ids, deadline);
  }
  // The one that a report was assessed by. UNAVAILABLE while it cannot be read.
  OpinionOr Get(const std::string& tenant, const std::shared_ptr<const Assessor>& assessor,
                const std::string& version);
  // After a new one was stored by this process.
  void Forget(const std::string& tenant);

 private:
  struct Current {
    std::shared_ptr<const Opinion> opinion;
    absl::Time until;
  };
  std::shared_ptr<const Opinion> Compile(const std::shared_ptr<const Assessor>& assessor,
                                         const OpinionRow& row);

  OpinionStore& store_;
  const time::Clock& clock_;
  std::mutex mu_;
  std::map<std::pair<std::string, std::string>, Current> current_;  // by tenant and policy digest
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const Opinion>>
      compiled_;  // by policy digest and version
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_OPINIONS_H_
