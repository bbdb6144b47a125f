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

}  // namespace

RecordClass RecordClassOf(const mamori::v1::RetentionPolicy& policy, mamori::v1::ReportKind kind) {
  for (const mamori::v1::RetentionClass& one : policy.classes()) {
    const auto& kinds = one.kinds();
    if (kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) {
      return {.id = one.id(), .months = one.months()};
    }
  }
  return {.id = kDefaultClass, .months = kDefaultMonths};
}

absl::Time DueTime(absl::Time close_time, int months) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  return absl::FromCivil(AddMonths(absl::ToCivilDay(close_time, utc), months) + 1, utc);
}

absl::Time ClosedBefore(const mamori::v1::RetentionPolicy& policy, absl::Time now) {
  int months = kDefaultMonths;
  for (const mamori::v1::RetentionClass& one : policy.classes()) {
    months = std::min(months, static_cast<int>(one.months()));
  }
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilDay today = absl::ToCivilDay(now, utc);
  // The day after the same day so many months ago.
  return absl::FromCivil(absl::CivilDay(absl::CivilMonth(today) - months) + today.day(), utc);
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
  if (facts.held) {
    return status::Error(StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_ON_HOLD,
                         "a legal hold keeps the case");
  }
  if (facts.state == mamori::v1::CASE_STATE_MERGED) {
    if (facts.merged_into == mamori::v1::CASE_STATE_DISPOSED) return absl::OkStatus();
    return status::StateNotAllowed("the case that it was merged into goes first");
  }
  if (now >= DueTime(*facts.close_time, RecordClassOf(policy, facts.kind).months)) {
    return absl::OkStatus();
  }
  return status::Error(StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_RETENTION_NOT_OVER,
                       "the retention of the case is not over");
}

}  // namespace mamori::triage
