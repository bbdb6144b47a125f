// What a case's file says for a timeline.
#ifndef MAMORI_SERVICES_TRIAGE_TIMELINE_FACTS_H_
#define MAMORI_SERVICES_TRIAGE_TIMELINE_FACTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mamori/triage/v1/care_service.pb.h"
#include "services/triage/timeline_rules.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

// Oldest first, with their names. DATA_LOSS.
absl::StatusOr<std::vector<v1::Care>> AllCare(const CaseFile& file);

// Told to the day where the case's times are. `person` is whose next contact is told; empty for
// nobody's. DATA_LOSS.
absl::StatusOr<TimelineFacts> TimelineFactsOf(const CaseFile& file, const std::string& person);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TIMELINE_FACTS_H_
