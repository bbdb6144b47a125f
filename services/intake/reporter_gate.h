// What a person who works on a case may read of a report whose reporter has a say: as the reporter
// shares it, and nothing once it was withdrawn. Asked besides the case's own access.
#ifndef MAMORI_SERVICES_INTAKE_REPORTER_GATE_H_
#define MAMORI_SERVICES_INTAKE_REPORTER_GATE_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/intake/reporter_keys.h"
#include "services/intake/reporter_store.h"

namespace mamori::intake {

// The rule of the authorization library, for what is stored. `row` is null without a decision.
bool IsShared(const SharingRow* row, const std::string& person_hash);

class ReporterGate {
 public:
  ReporterGate(ReporterStore& store, const ReporterKeys& keys) : store_(store), keys_(keys) {}

  struct Withheld {
    std::set<std::string> hidden;     // not shared with the person
    std::set<std::string> withdrawn;  // by their reporters
  };
  // Of `report_ids`. DATA_LOSS when what was decided cannot be said.
  absl::StatusOr<Withheld> Find(const std::string& tenant,
                                const std::vector<std::string>& report_ids,
                                const std::string& person, absl::Time deadline);

 private:
  ReporterStore& store_;
  const ReporterKeys& keys_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORTER_GATE_H_
