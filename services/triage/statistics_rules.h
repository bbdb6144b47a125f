// What the numbers of a month are and how they are told. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_STATISTICS_RULES_H_
#define MAMORI_SERVICES_TRIAGE_STATISTICS_RULES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/statistics_service.pb.h"
#include "mamori/v1/case.pb.h"
#include "mamori/v1/clock.pb.h"
#include "mamori/v1/policy.pb.h"
#include "mamori/v1/report.pb.h"
#include "services/triage/deadline_row.h"

namespace mamori::triage {

// Deadlines of one clock that ended, or were due, in the month.
struct DeadlineCount {
  std::string clock;
  mamori::v1::ClockRegime regime = mamori::v1::CLOCK_REGIME_UNSPECIFIED;
  bool kept = false;  // completed before it was due
  int64_t count = 0;
};

// Deadlines of one clock that were completed in the month, by how long they took in whole hours.
struct DurationCount {
  std::string clock;
  bool kept = false;
  int64_t hours = 0;
  int64_t count = 0;
};

// What was decided in the month, of records that were opened: of each the newest that counts.
struct Decisions {
  std::map<int, int64_t> outcomes;             // by FactOutcome: of each case the last conclusion
  std::map<int, int64_t> verdicts;             // by Verdict: of each case the last judgement
  std::map<std::string, int64_t> carried_out;  // by measure
  std::map<bool, int64_t> effects;             // of measures whose effect was judged
};

// What is counted of a tenant's month.
struct MonthCounts {
  std::map<std::string, int64_t> opened_by_category;
  std::map<std::string, int64_t> opened_by_company;
  std::map<int, int64_t> opened_by_severity;
  std::map<int, int64_t> opened_by_kind;
  std::map<bool, int64_t> opened_by_anonymity;
  std::map<int, int64_t> work_by_kind;  // by WorkKind: records begun in the month
  std::map<int, int64_t> open_by_state;
  std::vector<DeadlineCount> due;        // due in the month, and not cancelled
  std::vector<DurationCount> completed;  // in the month
  Decisions decided;
};

// The published form. Lines are those of the policy and the contract, so that a count of none is
// seen to be none; counts that are too small are left out.
v1::Statistics MakeStatistics(absl::CivilMonth month, absl::Time now,
                              const mamori::v1::Policy& policy, std::string_view policy_digest,
                              const MonthCounts& counts);

// "statistics/2026-11", and back; nothing for another text.
std::string MonthName(absl::CivilMonth month);
std::optional<absl::CivilMonth> MonthOf(std::string_view name);

// 202611, as months are stored.
inline int MonthNumber(absl::CivilMonth month) {
  return static_cast<int>(month.year()) * 100 + month.month();
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_STATISTICS_RULES_H_
