#include "services/triage/timeline_facts.h"

#include <utility>

#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "services/triage/casework.h"
#include "services/triage/work_name.h"

namespace mamori::triage {

absl::StatusOr<std::vector<v1::Care>> AllCare(const CaseFile& file) {
  std::vector<v1::Care> all;
  for (const WorkRow& row : file.work) {
    if (row.kind != WorkKind::kCare) continue;
    ASSIGN_OR_RETURN(v1::Care care, BodyOf<v1::Care>(row));
    care.set_name(NameOfWork("care", file.row.case_id, row.record_id));
    all.push_back(std::move(care));
  }
  return all;
}

absl::StatusOr<TimelineFacts> TimelineFactsOf(const CaseFile& file, const std::string& person) {
  const auto told = [&](absl::Time time) {
    return time::ToTimestamp(time::Told(time, file.row.anonymous));
  };
  TimelineFacts facts{.state = file.row.state, .opened = told(file.row.create_time)};
  for (const WorkRow& row : file.work) {
    if (row.kind == WorkKind::kStatement && !facts.first_statement) {
      facts.first_statement = told(row.create_time);
    }
    if (row.kind == WorkKind::kConclusion) {
      ASSIGN_OR_RETURN(const auto conclusion, BodyOf<v1::FactConclusion>(row));
      if (!conclusion.has_void_time()) facts.concluded = told(row.create_time);
    }
    if (row.kind == WorkKind::kMeasure && !facts.acted) {
      ASSIGN_OR_RETURN(const auto measure, BodyOf<v1::Measure>(row));
      if (!measure.has_outcome()) continue;
      facts.acted = told(time::FromTimestamp(measure.outcome().carry_out_time()));
    }
  }
  if (person.empty()) return facts;
  ASSIGN_OR_RETURN(const std::vector<v1::Care> all, AllCare(file));
  for (const v1::Care& care : all) {
    if (care.person() == person && care.has_next_contact_time()) {
      facts.next_contact = told(time::FromTimestamp(care.next_contact_time()));
    }
  }
  return facts;
}

}  // namespace mamori::triage
