// Whose report it is and with whom it is shared. The identities come into being with their report
// (NewReport::identities).
#ifndef MAMORI_SERVICES_INTAKE_REPORTER_STORE_H_
#define MAMORI_SERVICES_INTAKE_REPORTER_STORE_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/entry.h"
#include "mamori/v1/event.pb.h"
#include "services/intake/reporter_keys.h"

namespace mamori::intake {

// What a reporter does with the own report, for the audit.
struct ReporterAct {
  std::string tenant;
  std::string report_id;
  bool anonymous = false;  // told by day
  audit::Who who;
  absl::Time now;
};

// What reporters decided of their reports.
struct ReporterDecisions {
  std::map<std::string, SharingRow> sharing;  // the newest, where there is one
  std::set<std::string> withdrawn;
};

// Errors are those of common/db besides what is named. `deadline` bounds each call. Thread safe.
class ReporterStore {
 public:
  virtual ~ReporterStore() = default;

  // kNone for a person whose report it is not, and for a row that is not believed, which is
  // alarmed.
  virtual absl::StatusOr<ReporterRole> RoleOf(const std::string& tenant,
                                              const std::string& report_id,
                                              const std::string& person, absl::Time deadline) = 0;
  // Of each of these reports. DATA_LOSS when a decision is not believed, or when the audit tells of
  // a newer one than is there; a withdrawal that it tells of holds without its row. Both alarm.
  virtual absl::StatusOr<ReporterDecisions> FindDecisions(
      const std::string& tenant, const std::vector<std::string>& report_ids,
      absl::Time deadline) = 0;
  // The decision as stored: with the version after `row.version`, which is that of the one before,
  // or the same that was stored before. ABORTED (ETAG_MISMATCH) when another is in force;
  // NOT_FOUND.
  virtual absl::StatusOr<SharingRow> Share(const ReporterAct& act, SharingRow row,
                                           absl::Time deadline) = 0;
  // Once and for all; OK when it was before. `event` leaves with it. NOT_FOUND.
  virtual absl::Status Withdraw(const ReporterAct& act, const mamori::v1::Event& event,
                                absl::Time deadline) = 0;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORTER_STORE_H_
