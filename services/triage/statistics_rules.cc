#include "services/triage/statistics_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "google/protobuf/util/time_util.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "mamori/triage/v1/judgement_service.pb.h"
#include "services/triage/suppression_rules.h"

namespace mamori::triage {
namespace {

constexpr int kSmallestCell = 5;
constexpr char kCollection[] = "statistics/";
constexpr int kMostMonthsBack = 24;

struct Line {
  Line(std::string line_key, int64_t count) : key(std::move(line_key)), cell{count, count} {}
  Line(std::string line_key, const Tally& tally)
      : key(std::move(line_key)), cell{tally.count, tally.cases} {}
  std::string key;
  CountedCell cell;
};
using Lines = std::vector<Line>;

template <typename Map, typename Key>
typename Map::mapped_type CountOf(const Map& counts, const Key& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? typename Map::mapped_type{} : found->second;
}

// "HIGH" for SEVERITY_HIGH.
template <typename E>
std::string ShortName(int value, std::string_view prefix) {
  const auto* type = google::protobuf::GetEnumDescriptor<E>();
  const auto* found = type->FindValueByNumber(value);
  return found == nullptr ? absl::StrCat(value) : found->name().substr(prefix.size());
}

// A line for each value but the unspecified one.
template <typename E>
Lines LinesOf(const std::map<int, int64_t>& counts, std::string_view prefix,
              const std::set<int>& without = {}) {
  Lines lines;
  const auto* type = google::protobuf::GetEnumDescriptor<E>();
  for (int i = 0; i < type->value_count(); ++i) {
    const int value = type->value(i)->number();
    if (value == 0 || without.count(value) > 0) continue;
    lines.emplace_back(ShortName<E>(value, prefix), CountOf(counts, value));
  }
  return lines;
}

// The acts of the policy, and whatever else was found under an earlier version.
Lines CategoriesOf(const mamori::v1::Policy& policy, std::map<std::string, int64_t> counts) {
  Lines lines;
  for (const mamori::v1::Act& act : policy.acts()) {
    lines.emplace_back(act.id(), counts[act.id()]);
    counts.erase(act.id());
  }
  for (const auto& [category, count] : counts) lines.emplace_back(category, count);
  return lines;
}

// Clocks that an event stops, and none of `without` does.
std::set<std::string> StoppedBy(const mamori::v1::Policy& policy, mamori::v1::ClockEvent event,
                                std::optional<mamori::v1::ClockEvent> without = std::nullopt) {
  std::set<std::string> clocks;
  for (const mamori::v1::Clock& clock : policy.clocks()) {
    const auto& stops = clock.stops();
    if (std::find(stops.begin(), stops.end(), event) == stops.end()) continue;
    if (without && std::find(stops.begin(), stops.end(), *without) != stops.end()) continue;
    clocks.insert(clock.id());
  }
  return clocks;
}

// Several clocks may stop for one case: at least as many cases as the one has that has most.
Tally Together(const Tally& one, const Tally& other) {
  return {one.count + other.count, std::max(one.cases, other.cases)};
}

// Clocks that are stopped by the same event, as if they were one.
CompletedClock CompletedOf(const MonthCounts& counts, const std::set<std::string>& clocks) {
  CompletedClock all;
  for (const auto& [clock, one] : counts.completed) {
    if (clocks.count(clock) == 0) continue;
    for (const auto& [kept, tally] : one.by_kept) {
      all.by_kept[kept] = Together(all.by_kept[kept], tally);
    }
    for (const auto& [bucket, tally] : one.by_bucket) {
      all.by_bucket[bucket] = Together(all.by_bucket[bucket], tally);
    }
    all.cases = std::max(all.cases, one.cases);
  }
  return all;
}

Lines DurationsOf(const CompletedClock& completed) {
  Lines lines;
  int bucket = 0;
  for (const DurationBucket& one : kDurationBuckets) {
    lines.emplace_back(one.key, CountOf(completed.by_bucket, bucket++));
  }
  return lines;
}

Lines InTimeOrLate(const CompletedClock& completed) {
  return {{"in time", CountOf(completed.by_kept, true)},
          {"late", CountOf(completed.by_kept, false)}};
}

// One table for all: a further one of check-ins alone, say, would tell what this one hides.
Lines ByRegime(const MonthCounts& counts) {
  Lines lines;
  for (int regime = mamori::v1::CLOCK_REGIME_COMPANY; regime <= mamori::v1::ClockRegime_MAX;
       ++regime) {
    const std::string name = ShortName<mamori::v1::ClockRegime>(regime, "CLOCK_REGIME_");
    lines.emplace_back(name + "/kept", CountOf(counts.due, std::pair(regime, true)));
    lines.emplace_back(name + "/missed", CountOf(counts.due, std::pair(regime, false)));
  }
  return lines;
}

// What was done to receive, assess, address and conclude: the numbers of triage::WorkKind are
// stored.
Lines WorkOf(const MonthCounts& counts) {
  constexpr std::pair<int, const char*> kKinds[] = {{1, "statements"}, {9, "risk_assessments"},
                                                    {5, "judgements"}, {3, "conclusions"},
                                                    {4, "measures"},   {6, "care"},
                                                    {7, "prevention"}, {10, "retaliation"}};
  Lines lines;
  for (const auto& [kind, key] : kKinds) {
    lines.emplace_back(key, CountOf(counts.work_by_kind, kind));
  }
  return lines;
}

Lines MeasuresOf(const mamori::v1::Policy& policy, std::map<std::string, Tally> counts) {
  Lines lines;
  for (const mamori::v1::Measure& measure : policy.measures()) {
    lines.emplace_back(measure.id(), counts[measure.id()]);
    counts.erase(measure.id());
  }
  for (const auto& [measure, count] : counts) lines.emplace_back(measure, count);
  return lines;
}

Lines EffectsOf(const Decisions& decided) {
  return {{"effective", CountOf(decided.effects, true)},
          {"not effective", CountOf(decided.effects, false)}};
}

// The last table divides what `row` of the table `of` counts. Where that is not told, the sum of
// these lines would tell it.
void TellOnlyWith(std::string_view of, std::string_view row, v1::Statistics& statistics) {
  const auto told = [&] {
    for (const v1::StatisticsTable& table : statistics.tables()) {
      if (table.id() != of) continue;
      for (const v1::StatisticsRow& one : table.rows()) {
        if (one.key() == row) return one.has_count();
      }
    }
    return false;
  };
  if (told()) return;
  v1::StatisticsTable& table = *statistics.mutable_tables()->rbegin();
  table.clear_total();
  for (v1::StatisticsRow& one : *table.mutable_rows()) one.clear_count();
}

Lines ByAnonymity(const MonthCounts& counts) {
  return {{"anonymous", CountOf(counts.opened_by_anonymity, true)},
          {"other", CountOf(counts.opened_by_anonymity, false)}};
}

Lines ByCompany(const MonthCounts& counts) {
  Lines lines;
  for (const auto& [company, count] : counts.opened_by_company) lines.emplace_back(company, count);
  return lines;
}

int64_t OpenedIn(const MonthCounts& counts) {
  int64_t opened = 0;
  for (const auto& [severity, count] : counts.opened_by_severity) opened += count;
  return opened;
}

v1::StatisticsTable& AddLabelled(v1::Statistics& statistics, const char* id, const char* ja,
                                 const char* en) {
  v1::StatisticsTable& table = *statistics.add_tables();
  table.set_id(id);
  table.set_label_ja(ja);
  table.set_label_en(en);
  return table;
}

// `all_cases` are those of the whole table, where a case may stand in several lines.
void AddTable(v1::Statistics& statistics, const char* id, const char* ja, const char* en,
              const Lines& lines, std::optional<int64_t> all_cases = std::nullopt) {
  v1::StatisticsTable& table = AddLabelled(statistics, id, ja, en);
  std::vector<CountedCell> cells;
  int64_t sum = 0;
  for (const Line& line : lines) {
    cells.push_back(line.cell);
    sum += line.cell.cases;
  }
  const PublishedCounts published =
      Suppress(cells, all_cases.value_or(sum), statistics.smallest_cell());
  for (size_t i = 0; i < lines.size(); ++i) {
    v1::StatisticsRow& row = *table.add_rows();
    row.set_key(lines[i].key);
    if (published.counts[i].has_value()) row.set_count(*published.counts[i]);
  }
  if (published.total.has_value()) table.set_total(*published.total);
}

// What stands at one moment, in steps of the smallest count and without a total: with the exact
// numbers of two months anybody could compute how many came between them, who may be too few to be
// told.
void AddStepped(v1::Statistics& statistics, const char* id, const char* ja, const char* en,
                const Lines& lines) {
  v1::StatisticsTable& table = AddLabelled(statistics, id, ja, en);
  const int64_t step = std::max<int64_t>(1, statistics.smallest_cell());
  for (const Line& line : lines) {
    v1::StatisticsRow& row = *table.add_rows();
    row.set_key(line.key);
    if (line.cell.count == 0 || line.cell.count >= step) {
      row.set_count(line.cell.count - line.cell.count % step);
    }
  }
}

}  // namespace

v1::Statistics MakeStatistics(absl::CivilMonth month, absl::Time now,
                              const mamori::v1::Policy& policy, std::string_view policy_digest,
                              const MonthCounts& counts) {
  using mamori::v1::CLOCK_EVENT_ACTING;
  using mamori::v1::CLOCK_EVENT_ASSIGNED;
  using mamori::v1::CLOCK_EVENT_CLOSED;
  v1::Statistics statistics;
  statistics.set_name(MonthName(month));
  *statistics.mutable_create_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(now));
  statistics.set_smallest_cell(policy.smallest_cell() == 0 ? kSmallestCell
                                                           : policy.smallest_cell());
  statistics.set_policy_digest(std::string(policy_digest));
  AddTable(statistics, "opened_by_category", "受理件数(行為類型別)", "Cases opened, by category",
           CategoriesOf(policy, counts.opened_by_category), OpenedIn(counts));
  AddTable(statistics, "opened_by_severity", "受理件数(重大度別)", "Cases opened, by severity",
           LinesOf<mamori::v1::Severity>(counts.opened_by_severity, "SEVERITY_"));
  AddTable(statistics, "opened_by_kind", "受理件数(種別)", "Cases opened, by kind of report",
           LinesOf<mamori::v1::ReportKind>(counts.opened_by_kind, "REPORT_KIND_"));
  AddTable(statistics, "opened_by_company", "受理件数(会社別)", "Cases opened, by company",
           ByCompany(counts));
  AddTable(statistics, "opened_by_anonymity", "受理件数(匿名・その他)",
           "Cases opened, anonymous or not", ByAnonymity(counts));
  if (!counts.counted_late) {
    AddStepped(statistics, "open_by_state", "対応中の件数(状態別、最小値の倍数に切り捨て)",
               "Cases that are open, by state, rounded down to a multiple of the smallest count",
               LinesOf<mamori::v1::CaseState>(
                   counts.open_by_state, "CASE_STATE_",
                   {mamori::v1::CASE_STATE_CLOSED, mamori::v1::CASE_STATE_WITHDRAWN,
                    mamori::v1::CASE_STATE_MERGED, mamori::v1::CASE_STATE_DISPOSED}));
  }
  AddTable(statistics, "deadlines_by_regime", "期限の遵守(規律別)",
           "Deadlines of the month, by regime", ByRegime(counts), counts.due_cases);
  AddTable(statistics, "work", "事実確認・対応・配慮の記録件数", "What was begun in the month",
           WorkOf(counts), counts.work_cases);
  AddTable(statistics, "outcomes", "事実確認の結果", "What fact finding came to",
           LinesOf<v1::FactOutcome>(counts.decided.outcomes, "FACT_OUTCOME_"));
  TellOnlyWith("work", "conclusions", statistics);
  AddTable(statistics, "verdicts", "判断の結果", "What cases were judged to be",
           LinesOf<v1::Verdict>(counts.decided.verdicts, "VERDICT_"));
  TellOnlyWith("work", "judgements", statistics);
  AddTable(statistics, "measures_carried_out", "実施した対応", "Measures carried out",
           MeasuresOf(policy, counts.decided.carried_out), counts.decided.carried_out_cases);
  AddTable(statistics, "measure_effects", "対応の効果", "Measures found effective or not",
           EffectsOf(counts.decided), counts.decided.effect_cases);
  const CompletedClock taken = CompletedOf(counts, StoppedBy(policy, CLOCK_EVENT_ASSIGNED));
  const CompletedClock closed =
      CompletedOf(counts, StoppedBy(policy, CLOCK_EVENT_CLOSED, CLOCK_EVENT_ACTING));
  AddTable(statistics, "acknowledgements", "受付(期限内・期限後)", "Acknowledged in time or late",
           InTimeOrLate(taken), taken.cases);
  AddTable(statistics, "days_to_acknowledge", "受付までの日数", "Time to acknowledge, less than",
           DurationsOf(taken), taken.cases);
  AddTable(statistics, "days_to_close", "終結までの日数", "Time to close, less than",
           DurationsOf(closed), closed.cases);
  return statistics;
}

std::vector<TenantMonth> MissingMonths(const std::vector<PublishedMonths>& tenants,
                                       absl::CivilMonth last) {
  std::vector<TenantMonth> missing;
  for (absl::CivilMonth month = last; month > last - kMostMonthsBack; --month) {
    for (const PublishedMonths& one : tenants) {
      if (one.first <= month && one.published.count(MonthNumber(month)) == 0) {
        missing.push_back({one.tenant, month});
      }
    }
  }
  return missing;
}

std::string MonthName(absl::CivilMonth month) {
  return absl::StrFormat("%s%04d-%02d", kCollection, month.year(), month.month());
}

std::optional<absl::CivilMonth> MonthOf(std::string_view name) {
  const absl::string_view text(name.data(), name.size());
  absl::CivilMonth month;
  if (!absl::StartsWith(text, kCollection)) return std::nullopt;
  if (!absl::ParseCivilTime(text.substr(sizeof(kCollection) - 1), &month)) return std::nullopt;
  // One name for one month.
  return MonthName(month) == name ? std::optional(month) : std::nullopt;
}

}  // namespace mamori::triage
