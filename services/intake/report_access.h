// Decides for a call which reports its person may use: the one place where intake asks whether
// somebody may. Triage answers for reports that have a case, intake's own rule for the others.
#ifndef MAMORI_SERVICES_INTAKE_REPORT_ACCESS_H_
#define MAMORI_SERVICES_INTAKE_REPORT_ACCESS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/client/access_checker.h"
#include "common/sealing/sealer.h"
#include "common/server/caller.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

class ReportAccess {
 public:
  enum class Use { kRead, kSupplement };

  ReportAccess(client::AccessChecker& checker, IntakeStore& store, const sealing::Sealer& sealer)
      : checker_(checker), store_(store), sealer_(sealer) {}

  // Those of the reports `ids` that the person of the call may use so; none for nobody. Ask before
  // anything else that depends on a report is looked at. UNAVAILABLE when it cannot be known: then
  // nobody may; the codes of the store.
  // `names` are asked for by whoever does not know whether they exist: then what is hidden is read
  // like what never was, so that it takes as long.
  absl::StatusOr<std::set<std::string>> Admitted(const server::CallContext& call, Use use,
                                                 const std::vector<std::string>& ids,
                                                 bool names = false) const;
  // NOT_FOUND, as for a report that does not exist, when the person may not.
  absl::Status Check(const server::CallContext& call, Use use, const std::string& id) const;

 private:
  // Decides for those of `ids` that are `uncased`, have no case; the others are read as well.
  absl::Status AddUncased(const server::CallContext& call, Use use,
                          const std::vector<std::string>& ids, const std::set<std::string>& uncased,
                          std::set<std::string>& admitted) const;

  client::AccessChecker& checker_;
  IntakeStore& store_;
  const sealing::Sealer& sealer_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORT_ACCESS_H_
