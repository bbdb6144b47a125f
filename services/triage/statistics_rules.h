// What the numbers of a month are and how they are told. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_STATISTICS_RULES_H_
#define MAMORI_SERVICES_TRIAGE_STATISTICS_RULES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/statistics_service.pb.h"
#include "mamori/v1/case.pb.h"
#include "mamori/v1/policy.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::triage {

// How often something was, and in how many cases: one case may have it several times.
struct Tally {
  int64_t count = 0;
  int64_t cases = count;
};

// Deadlines of one clock that were completed in the month.
struct CompletedClock {
  std::map<bool, Tally> by_kept;   // completed before it was due, or not
  std::map<int, Tally> by_bucket;  // by how long they took: a place in kDurationBuckets
  int64_t cases = 0;               // with any of them
};

// How long something took, by the whole hours that it took less than; the last one takes the rest.
struct DurationBucket {
  const char* key;
  int64_t below;
};
inline constexpr DurationBucket kDurationBuckets[] = {{"1 day", 24},     {"3 days", 72},
                                                      {"7 days", 168},   {"30 days", 720},
                                                      {"90 days", 2160}, {"more", 1'000'000'000}};

// What was decided in the month, of records that were opened: of each the newest that counts.
struct Decisions {
  std::map<int, int64_t> outcomes;           // by FactOutcome: of each case the last conclusion
  std::map<int, int64_t> verdicts;           // by Verdict: of each case the last judgement
  std::map<std::string, Tally> carried_out;  // by measure
  int64_t carried_out_cases = 0;             // with any of them
  std::map<bool, Tally> effects;             // of measures whose effect was judged
  int64_t effect_cases = 0;
};

// What is counted of a tenant's month.
struct MonthCounts {
  std::map<std::string, int64_t> opened_by_category;
  std::map<std::string, int64_t> opened_by_company;
  std::map<int, int64_t> opened_by_severity;
  std::map<int, int64_t> opened_by_kind;
  std::map<bool, int64_t> opened_by_anonymity;
  std::map<int, Tally> work_by_kind;  // by WorkKind: records begun in the month
  int64_t work_cases = 0;             // with any of them
  std::map<int, int64_t> open_by_state;
  bool counted_late = false;  // too late to say which cases were open at its end
  // Due in the month, by regime and whether it was kept; not what was cancelled in time.
  std::map<std::pair<int, bool>, Tally> due;
  int64_t due_cases = 0;                            // with any of them
  std::map<std::string, CompletedClock> completed;  // in the month, by clock
  Decisions decided;
};

// A tenant that has cases: the month of its first, and of the months those that are published.
struct PublishedMonths {
  std::string tenant;
  absl::CivilMonth first;
  std::set<int> published;  // as stored
};
struct TenantMonth {
  std::string tenant;
  absl::CivilMonth month;
};
// Months up to `last` that nobody has counted, at most two years back: the newest first, because
// what is open is counted while it is the last one.
std::vector<TenantMonth> MissingMonths(const std::vector<PublishedMonths>& tenants,
                                       absl::CivilMonth last);

// The published form. Lines are those of the policy and the contract, so that a count of none is
// seen to be none; counts of too few cases are left out, and how many are open is told in steps of
// the smallest count, because the exact numbers of two months tell what came between them.
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
