#include "services/triage/decision_counter.h"

#include <set>

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
              .of_case = row.case_id,
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
  std::map<std::string, std::set<id::Id>> carried_out;
  std::map<bool, std::set<id::Id>> judged;
  std::set<id::Id> any_carried_out, any_judged;
  for (const auto& [record, version] : measures_) {
    if (version.carried_out) {
      ++decided.carried_out[version.measure].count;
      carried_out[version.measure].insert(version.of_case);
      any_carried_out.insert(version.of_case);
    }
    if (version.judged) {
      ++decided.effects[version.effective].count;
      judged[version.effective].insert(version.of_case);
      any_judged.insert(version.of_case);
    }
  }
  for (auto& [measure, tally] : decided.carried_out) {
    tally.cases = static_cast<int64_t>(carried_out[measure].size());
  }
  for (auto& [effective, tally] : decided.effects) {
    tally.cases = static_cast<int64_t>(judged[effective].size());
  }
  decided.carried_out_cases = static_cast<int64_t>(any_carried_out.size());
  decided.effect_cases = static_cast<int64_t>(any_judged.size());
  return decided;
}

}  // namespace mamori::triage
