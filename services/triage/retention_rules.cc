#include "services/triage/retention_rules.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "common/status/errors.h"

namespace mamori::triage {
namespace {

using absl::StatusCode;

constexpr char kDefaultClass[] = "default";
constexpr int kDefaultMonths = 60;

// The same day of the month so many months on; of a day that the month has not, the first of the
// next.
absl::CivilDay AddMonths(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay next(absl::CivilMonth(month + 1));
  return std::min(absl::CivilDay(month) + (day.day() - 1), next);
}

RecordClass DefaultClass() { return {.id = kDefaultClass, .months = kDefaultMonths}; }

RecordClass ToRecordClass(const mamori::v1::RetentionClass& one) {
  return {.id = one.id(), .months = one.months()};
}

absl::Status OnHold() {
  return status::Error(StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_ON_HOLD,
                       "a legal hold keeps it");
}

absl::Status CheckOver(absl::Time close_time, const RecordClass& record_class, absl::Time now) {
  if (now >= DueTime(close_time, record_class.months)) return absl::OkStatus();
  return status::Error(StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_RETENTION_NOT_OVER,
                       "its retention is not over");
}

}  // namespace

RecordClass RecordClassOf(const mamori::v1::RetentionPolicy& policy, mamori::v1::ReportKind kind) {
  for (const mamori::v1::RetentionClass& one : policy.classes()) {
    const auto& kinds = one.kinds();
    if (kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) {
      return ToRecordClass(one);
    }
  }
  return DefaultClass();
}

RecordClass SubjectRequestClass(const mamori::v1::RetentionPolicy& policy) {
  return policy.has_subject_requests() ? ToRecordClass(policy.subject_requests()) : DefaultClass();
}

RecordClass BreachClass(const mamori::v1::RetentionPolicy& policy) {
  return policy.has_breaches() ? ToRecordClass(policy.breaches()) : DefaultClass();
}

absl::Time DueTime(absl::Time close_time, int months) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  return absl::FromCivil(AddMonths(absl::ToCivilDay(close_time, utc), months) + 1, utc);
}

absl::Time ClosedBefore(const mamori::v1::RetentionPolicy& policy, absl::Time now) {
  RecordClass shortest = DefaultClass();
  for (const mamori::v1::RetentionClass& one : policy.classes()) {
    shortest.months = std::min(shortest.months, static_cast<int>(one.months()));
  }
  return ClosedBefore(shortest, now);
}

absl::Time ClosedBefore(const RecordClass& record_class, absl::Time now) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilDay today = absl::ToCivilDay(now, utc);
  // The day after the same day so many months ago.
  return absl::FromCivil(
      absl::CivilDay(absl::CivilMonth(today) - record_class.months) + today.day(), utc);
}

bool IsRetained(mamori::v1::CaseState state) {
  return state == mamori::v1::CASE_STATE_CLOSED || state == mamori::v1::CASE_STATE_WITHDRAWN ||
         state == mamori::v1::CASE_STATE_MERGED;
}

absl::Status CheckDisposable(const RetentionFacts& facts, const mamori::v1::RetentionPolicy& policy,
                             absl::Time now) {
  if (!IsRetained(facts.state) || !facts.close_time.has_value()) {
    return status::StateNotAllowed("the case is not closed, or was disposed of");
  }
  if (facts.held) return OnHold();
  if (facts.state == mamori::v1::CASE_STATE_MERGED) {
    if (facts.merged_into == mamori::v1::CASE_STATE_DISPOSED) return absl::OkStatus();
    return status::StateNotAllowed("the case that it was merged into goes first");
  }
  return CheckOver(*facts.close_time, RecordClassOf(policy, facts.kind), now);
}

absl::Status CheckDisposable(std::optional<absl::Time> close_time, bool held,
                             const RecordClass& record_class, absl::Time now) {
  if (!close_time.has_value()) return status::StateNotAllowed("the record is open");
  if (held) return OnHold();
  return CheckOver(*close_time, record_class, now);
}

}  // namespace mamori::triage
