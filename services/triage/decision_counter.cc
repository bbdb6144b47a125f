#include "services/triage/decision_counter.h"

#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "mamori/triage/v1/judgement_service.pb.h"
#include "services/triage/casework.h"

namespace mamori::triage {

void DecisionCounter::Keep(const WorkRow& row, int value, std::map<id::Id, Said>& by_case) {
  Said& said = by_case[row.case_id];
  if (row.sequence > said.sequence) said = {row.sequence, value};
}

absl::Status DecisionCounter::Add(const WorkRow& row) {
  if (row.body.empty()) return absl::OkStatus();
  if (row.kind == WorkKind::kConclusion) {
    ASSIGN_OR_RETURN(const auto conclusion, BodyOf<v1::FactConclusion>(row));
    // One that its findings no longer bear is none, until it is concluded anew.
    Keep(row, conclusion.has_void_time() ? v1::FACT_OUTCOME_UNSPECIFIED : conclusion.outcome(),
         outcomes_);
  } else if (row.kind == WorkKind::kJudgement) {
    ASSIGN_OR_RETURN(const auto judgement, BodyOf<v1::Judgement>(row));
    Keep(row, judgement.verdict(), verdicts_);
  } else if (row.kind == WorkKind::kMeasure) {
    ASSIGN_OR_RETURN(const auto measure, BodyOf<v1::Measure>(row));
    Version& newest = measures_[row.record_id];
    if (row.version <= newest.version) return absl::OkStatus();
    const auto in_month = [&](const google::protobuf::Timestamp& time) {
      return time::FromTimestamp(time) >= begin_;
    };
    newest = {.version = row.version,
              .measure = measure.measure(),
              .carried_out = measure.has_outcome() && in_month(measure.outcome().record_time()),
              .judged = measure.has_effect() && in_month(measure.effect().assess_time()),
              .effective = measure.effect().effective()};
  }
  return absl::OkStatus();
}

Decisions DecisionCounter::Count() const {
  Decisions decided;
  for (const auto& [of_case, said] : outcomes_) {
    if (said.value != v1::FACT_OUTCOME_UNSPECIFIED) ++decided.outcomes[said.value];
  }
  for (const auto& [of_case, said] : verdicts_) ++decided.verdicts[said.value];
  for (const auto& [record, version] : measures_) {
    if (version.carried_out) ++decided.carried_out[version.measure];
    if (version.judged) ++decided.effects[version.effective];
  }
  return decided;
}

}  // namespace mamori::triage
