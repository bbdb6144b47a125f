// Who could have read a case within a window of time, and what is done about a leak (Act on the
// Protection of Personal Information, Art. 26; its enforcement rules, Art. 8). Pure.
#ifndef MAMORI_SERVICES_TRIAGE_LEAK_RULES_H_
#define MAMORI_SERVICES_TRIAGE_LEAK_RULES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/leak_incident_service.pb.h"
#include "mamori/v1/access.pb.h"
#include "mamori/v1/policy.pb.h"
#include "services/triage/access_past.h"

namespace mamori::triage {

absl::Status Validate(const v1::OpenLeakIncidentRequest& request);
absl::Status Validate(const v1::RecordLeakStepRequest& request);
absl::Status Validate(const v1::ListLeakIncidentsRequest& request);

// That somebody read, from one of the audits.
struct Reading {
  std::string person;
  int64_t count = 0;
  absl::Time first;
  absl::Time last;
};

// What the audits and the access records say.
struct LeakEvidence {
  mamori::v1::CaseAccess access;  // as it is now
  AccessPast past;
  bool by_day = false;  // the ends of past records are told by day
  std::vector<Reading> case_reads;
  std::vector<Reading> report_reads;
  int64_t unbelieved_rows = 0;
};

// By person: whoever could have read under any version that was in force within the window, by the
// roles that the policy's roster has today or by name, and whoever did read.
std::vector<v1::LeakReader> ReadersOf(const LeakEvidence& evidence,
                                      const mamori::v1::AccessPolicy& policy, absl::Time from,
                                      absl::Time to);

// Each is OK or the error of LeakIncidentService.
absl::Status CheckOpen(const v1::LeakIncident& leak, absl::Time now);
absl::Status CheckStep(const v1::LeakIncident& leak, const v1::LeakStep& step, absl::Time now);

// Whether the clocks of this report to the authority need it still.
bool Owes(const v1::LeakIncident& leak, v1::LeakStepKind report);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_LEAK_RULES_H_
