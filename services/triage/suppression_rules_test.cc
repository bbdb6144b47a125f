#include "services/triage/suppression_rules.h"

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/triage/statistics_rules.h"

namespace mamori::triage {
namespace {

std::string Text(const PublishedCounts& published) {
  std::string text;
  for (const auto& count : published.counts) {
    absl::StrAppend(&text, count.has_value() ? absl::StrCat(*count) : "*", " ");
  }
  return absl::StrCat(text, "= ",
                      published.total.has_value() ? absl::StrCat(*published.total) : "*");
}

struct Row {
  const char* name;
  std::vector<int64_t> counts;
  const char* want;
};

TEST(Suppress, HidesSmallCountsWithTheirComplements) {
  const Row rows[] = {
      {"nothing small", {5, 9, 0}, "5 9 0 = 14"},
      {"nothing at all", {0, 0}, "0 0 = 0"},
      {"a lone small one takes the smallest other along", {2, 30, 7}, "* 30 * = 39"},
      {"several that could be too few together", {1, 1, 30, 9}, "* * 30 * = 41"},
      {"several that are enough together", {4, 4, 30}, "* * 30 = 38"},
      {"several that are just enough together", {3, 3, 30}, "* * 30 = 36"},
      {"a larger one before a zero", {2, 9, 0}, "* * 0 = 11"},
      {"the smaller of two larger ones", {2, 0, 8, 7}, "* 0 8 * = 17"},
      {"zeros where nothing else is there", {2, 0, 0, 0}, "* * * * = *"},
      {"a total below the threshold tells nothing", {1, 2, 0}, "* * * = *"},
      {"zeros go together", {3, 0, 0, 2}, "* * * * = 5"},
      {"ones alone", {1, 1, 1, 1, 1}, "* * * * * = 5"},
      {"one line that is large", {12}, "12 = 12"},
      {"one line that is small", {3}, "* = *"},
      {"the smallest that is told", {5, 5}, "5 5 = 10"},
  };
  for (const Row& row : rows) EXPECT_EQ(Text(Suppress(row.counts, 5)), row.want) << row.name;
}

TEST(Suppress, AThresholdOfOneTellsEverything) {
  EXPECT_EQ(Text(Suppress({1, 0, 2}, 1)), "1 0 2 = 3");
  EXPECT_EQ(Text(Suppress({1, 0, 2}, 0)), "1 0 2 = 3");
}

std::string TextOf(const std::vector<CountedCell>& cells, int64_t all_cases) {
  return Text(Suppress(cells, all_cases, 5));
}

TEST(Suppress, GoesByTheCasesWhereACaseCountsSeveralTimes) {
  // Six deadlines of two cases are two, and nothing of so few is told.
  EXPECT_EQ(TextOf({{6, 2}, {0, 0}}, 2), "* * = *");
  EXPECT_EQ(TextOf({{6, 2}, {6, 2}, {6, 2}}, 2), "* * * = *");
  // Beside enough others it takes the smallest of them along, as it is by cases.
  EXPECT_EQ(TextOf({{6, 2}, {9, 9}, {30, 7}}, 18), "* 9 * = 45");
  EXPECT_EQ(TextOf({{20, 5}, {9, 9}}, 9), "20 9 = 29");
  EXPECT_EQ(TextOf({{20, 5}, {0, 0}}, 5), "20 0 = 20");
}

// Calls `each` with every way to fill `cells` with at least `least` each and `sum` together.
void Fill(int cells, int64_t sum, int64_t least, std::vector<int64_t>& filled,
          const std::function<void(const std::vector<int64_t>&)>& each) {
  if (cells == 1) {
    if (sum < least) return;
    filled.push_back(sum);
    each(filled);
    filled.pop_back();
    return;
  }
  for (int64_t first = least; first <= sum - least * (cells - 1); ++first) {
    filled.push_back(first);
    Fill(cells - 1, sum - first, least, filled, each);
    filled.pop_back();
  }
}

// Whoever knows all that is told, and that nothing which was hidden beside told zeros is one, can
// make of each hidden cell anything from 1 to the threshold: every small table, tried by hand.
TEST(Suppress, NoHiddenCountCanBeComputedFromWhatIsTold) {
  constexpr int64_t kSmallest = 3;
  std::vector<int64_t> counts;
  int tables = 0, with_hidden = 0;
  const std::function<void(int)> each_table = [&](int cells) {
    if (cells > 0) {
      for (int64_t count = 0; count <= 7; ++count) {
        counts.push_back(count);
        each_table(cells - 1);
        counts.pop_back();
      }
      return;
    }
    ++tables;
    const PublishedCounts published = Suppress(counts, kSmallest);
    const int64_t total = std::accumulate(counts.begin(), counts.end(), int64_t{0});
    int64_t told = 0;
    int hidden = 0;
    bool zero_is_told = false, zero_is_hidden = false;
    for (size_t i = 0; i < counts.size(); ++i) {
      const auto& count = published.counts[i];
      if (!count.has_value()) {
        ++hidden;
        zero_is_hidden |= counts[i] == 0;
        continue;
      }
      ASSERT_EQ(*count, counts[i]);
      ASSERT_TRUE(*count == 0 || *count >= kSmallest);
      told += *count;
      zero_is_told |= *count == 0;
    }
    if (published.total.has_value()) {
      ASSERT_EQ(*published.total, total);
      ASSERT_TRUE(total == 0 || total >= kSmallest);
    } else {
      // Nothing is told of it at all.
      ASSERT_EQ(hidden, static_cast<int>(counts.size()));
      return;
    }
    ASSERT_FALSE(zero_is_told && zero_is_hidden) << absl::StrJoin(counts, " ");
    if (hidden == 0) return;
    ++with_hidden;
    std::vector<std::set<int64_t>> possible(hidden);
    std::vector<int64_t> filled;
    const bool all_hidden = hidden == static_cast<int>(counts.size());
    Fill(hidden, total - told, zero_is_hidden || all_hidden ? 0 : 1, filled,
         [&](const std::vector<int64_t>& one) {
           for (int i = 0; i < hidden; ++i) possible[i].insert(one[i]);
         });
    for (const auto& values : possible) {
      for (int64_t value = 1; value <= kSmallest; ++value) {
        ASSERT_EQ(values.count(value), 1u) << absl::StrJoin(counts, " ") << " lacks " << value;
      }
    }
  };
  for (int cells = 1; cells <= 5; ++cells) each_table(cells);
  EXPECT_GT(tables, 30000);
  EXPECT_GT(with_hidden, 20000);
}

// A table as it is told, in short; its keys are left out.
std::string Told(const v1::Statistics& statistics, const std::string& id) {
  for (const v1::StatisticsTable& table : statistics.tables()) {
    if (table.id() != id) continue;
    std::string text;
    for (const v1::StatisticsRow& row : table.rows()) {
      absl::StrAppend(&text, row.has_count() ? absl::StrCat(row.count()) : "*", " ");
    }
    return absl::StrCat(text, "= ", table.has_total() ? absl::StrCat(table.total()) : "*");
  }
  return "none";
}

v1::Statistics Of(const MonthCounts& counts, const mamori::v1::Policy& policy = {}) {
  return MakeStatistics(absl::CivilMonth(2026, 10), absl::FromUnixSeconds(1'800'000'000), policy,
                        "digest", counts);
}

// Outcomes and verdicts divide how many conclusions and judgements there were.
TEST(MakeStatistics, DecisionsAreToldOnlyWhereTheirNumberIs) {
  MonthCounts counts;
  counts.decided.outcomes = {{1, 6}, {3, 7}};
  counts.decided.verdicts = {{1, 8}, {2, 9}};
  counts.work_by_kind = {{3, {13}}, {5, {17}}};
  EXPECT_EQ(Told(Of(counts), "outcomes"), "6 0 7 0 = 13");
  const std::string verdicts = Told(Of(counts), "verdicts");
  EXPECT_EQ(verdicts.find('*'), std::string::npos) << verdicts;
  // Three conclusions of the month are not told: then neither is what they came to.
  counts.work_by_kind = {{3, {3}}, {5, {17}}, {1, {4}}};
  EXPECT_EQ(Told(Of(counts), "outcomes"), "* * * * = *");
  EXPECT_EQ(Told(Of(counts), "verdicts"), verdicts);
  counts.work_by_kind = {{3, {13}}, {5, {3}}, {1, {4}}};
  EXPECT_EQ(Told(Of(counts), "outcomes"), "6 0 7 0 = 13");
  EXPECT_EQ(Told(Of(counts), "verdicts").find_first_of("0123456789"), std::string::npos);
}

TEST(MakeStatistics, TheThresholdIsThePolicysOrFive) {
  MonthCounts counts;
  counts.opened_by_company = {{"a", 4}, {"b", 4}, {"c", 30}};
  EXPECT_EQ(Told(Of(counts), "opened_by_company"), "* * 30 = 38");
  EXPECT_EQ(Of(counts).smallest_cell(), 5);
  mamori::v1::Policy policy;
  policy.set_smallest_cell(4);
  EXPECT_EQ(Told(Of(counts, policy), "opened_by_company"), "4 4 30 = 38");
}

TEST(MakeStatistics, WhatIsOpenAtTheEndOfTwoMonthsTellsNotHowManyCameBetween) {
  const auto told = [](int64_t received, int64_t triaged) {
    MonthCounts counts;
    counts.open_by_state = {{mamori::v1::CASE_STATE_RECEIVED, received},
                            {mamori::v1::CASE_STATE_TRIAGED, triaged}};
    return Told(Of(counts), "open_by_state");
  };
  // Two more: seen by nobody, in the rows or in their sum.
  EXPECT_EQ(told(50, 10), told(52, 10));
  EXPECT_EQ(told(50, 10), told(54, 13));
  EXPECT_EQ(told(52, 4).substr(0, 5), "50 * ");
  EXPECT_EQ(told(55, 5).substr(0, 5), "55 5 ");
  EXPECT_EQ(told(55, 5).substr(told(55, 5).size() - 3), "= *");
}

TEST(MakeStatistics, WhatIsOpenIsThatAndNothingElse) {
  MonthCounts counts;
  for (int state = 0; state <= 30; ++state) counts.open_by_state[state] = 100;
  std::vector<std::string> states;
  const v1::Statistics statistics = Of(counts);
  for (const v1::StatisticsTable& table : statistics.tables()) {
    if (table.id() != "open_by_state") continue;
    for (const v1::StatisticsRow& row : table.rows()) states.push_back(row.key());
  }
  EXPECT_EQ(states, (std::vector<std::string>{"RECEIVED", "TRIAGED", "INVESTIGATING", "DECIDING",
                                              "ACTING", "MONITORING", "CONSULTING"}));
  // Of a month that is counted too late nobody can say it.
  counts.counted_late = true;
  EXPECT_EQ(Told(Of(counts), "open_by_state"), "none");
}

TEST(MakeStatistics, FewCasesAreNotFoundInTheManyThingsThatAreCountedOfThem) {
  mamori::v1::Policy policy;
  policy.add_acts()->set_id("A");
  policy.add_acts()->set_id("B");
  policy.add_acts()->set_id("C");
  policy.add_measures()->set_id("M");
  policy.add_clocks()->set_id("ack");
  policy.mutable_clocks(0)->add_stops(mamori::v1::CLOCK_EVENT_ASSIGNED);
  policy.add_clocks()->set_id("critical");
  policy.mutable_clocks(1)->add_stops(mamori::v1::CLOCK_EVENT_ASSIGNED);
  // Two cases, each with three categories, three of the company's deadlines, three statements, two
  // times taken and three measures.
  MonthCounts counts;
  counts.opened_by_severity = {{1, 2}};
  counts.opened_by_category = {{"A", 2}, {"B", 2}, {"C", 2}};
  counts.due = {{{mamori::v1::CLOCK_REGIME_COMPANY, true}, {6, 2}}};
  counts.due_cases = 2;
  counts.work_by_kind = {{1, {6, 2}}};
  counts.work_cases = 2;
  counts.completed["ack"] = {{{true, {3, 2}}}, {{0, {3, 2}}}, 2};
  counts.completed["critical"] = {{{true, {3, 2}}}, {{0, {3, 2}}}, 2};
  counts.decided.carried_out = {{"M", {6, 2}}};
  counts.decided.carried_out_cases = 2;
  counts.decided.effects = {{true, {6, 2}}};
  counts.decided.effect_cases = 2;
  const v1::Statistics statistics = Of(counts, policy);
  for (const char* table :
       {"opened_by_severity", "opened_by_category", "deadlines_by_regime", "work",
        "acknowledgements", "days_to_acknowledge", "measures_carried_out", "measure_effects"}) {
    const std::string told = Told(statistics, table);
    EXPECT_EQ(told.find_first_not_of("*= "), std::string::npos) << table << ": " << told;
  }
  // Five cases are told of.
  counts.due = {{{mamori::v1::CLOCK_REGIME_COMPANY, true}, {6, 5}}};
  counts.due_cases = 5;
  EXPECT_EQ(Told(Of(counts), "deadlines_by_regime").substr(0, 4), "6 0 ");
}

TEST(MissingMonths, AreTheNewestFirstAndNoneForever) {
  const absl::CivilMonth last(2026, 10);
  const auto text = [&](const std::vector<PublishedMonths>& tenants) {
    std::string all;
    for (const TenantMonth& one : MissingMonths(tenants, last)) {
      absl::StrAppend(&all, one.tenant, MonthNumber(one.month), " ");
    }
    return all;
  };
  EXPECT_EQ(text({{"a", last, {}}, {"b", last - 2, {202609}}}), "a202610 b202610 b202608 ");
  EXPECT_EQ(text({{"a", last + 1, {}}}), "");
  EXPECT_EQ(MissingMonths({{"a", last - 100, {}}}, last).size(), 24u);
}

TEST(MakeStatistics, CountsWhatIsOfEarlierPolicyVersionsToo) {
  mamori::v1::Policy policy;
  policy.add_acts()->set_id("A");
  policy.add_measures()->set_id("M");
  MonthCounts counts;
  counts.opened_by_category = {{"A", 10}, {"GONE", 20}};
  counts.decided.carried_out = {{"M", {11}}, {"GONE", {21}}};
  counts.decided.effects = {{true, {12}}, {false, {22}}};
  counts.opened_by_anonymity = {{true, 13}, {false, 23}};
  EXPECT_EQ(Told(Of(counts, policy), "opened_by_category"), "10 20 = 30");
  EXPECT_EQ(Told(Of(counts, policy), "measures_carried_out"), "11 21 = 32");
  EXPECT_EQ(Told(Of(counts, policy), "measure_effects"), "12 22 = 34");
  EXPECT_EQ(Told(Of(counts, policy), "opened_by_anonymity"), "13 23 = 36");
}

TEST(MonthOf, TakesOneNameForOneMonth) {
  EXPECT_EQ(MonthOf("statistics/2026-10"), absl::CivilMonth(2026, 10));
  for (const char* wrong : {"statistics/2026-1", "statistics/2026-13", "statistics/2026-10-01",
                            "statistics/", "statistic/2026-10", "xstatistics/2026-10", ""}) {
    EXPECT_FALSE(MonthOf(wrong).has_value()) << wrong;
  }
}

TEST(MakeStatistics, TimesAreOfTheClocksThatTheEventStops) {
  mamori::v1::Policy policy;
  const auto clock = [&](const char* id, std::vector<mamori::v1::ClockEvent> stops) {
    policy.add_clocks()->set_id(id);
    for (const auto event : stops) policy.mutable_clocks()->rbegin()->add_stops(event);
  };
  clock("ack", {mamori::v1::CLOCK_EVENT_ASSIGNED});
  clock("close", {mamori::v1::CLOCK_EVENT_CLOSED});
  // Acting stops it too, so that it says nothing of closing.
  clock("act", {mamori::v1::CLOCK_EVENT_CLOSED, mamori::v1::CLOCK_EVENT_ACTING});
  MonthCounts counts;
  counts.completed["ack"] = {{{true, {10}}, {false, {11}}}, {{0, {10}}, {1, {11}}}, 21};
  counts.completed["close"] = {{{true, {39}}}, {{2, {12}}, {3, {13}}, {5, {14}}}, 39};
  counts.completed["act"] = {{{true, {99}}}, {{0, {99}}}, 99};
  const v1::Statistics statistics = Of(counts, policy);
  EXPECT_EQ(Told(statistics, "acknowledgements"), "10 11 = 21");
  EXPECT_EQ(Told(statistics, "days_to_acknowledge"), "10 11 0 0 0 0 = 21");
  EXPECT_EQ(Told(statistics, "days_to_close"), "0 0 12 13 0 14 = 39");
}

TEST(MakeStatistics, DeadlinesAreKeptOrMissedByRegime) {
  MonthCounts counts;
  counts.due = {{{mamori::v1::CLOCK_REGIME_COMPANY, true}, {20}},
                {{mamori::v1::CLOCK_REGIME_COMPANY, false}, {11}},
                {{mamori::v1::ClockRegime_MAX, false}, {12}}};
  counts.due_cases = 43;
  const v1::Statistics statistics = Of(counts);
  const std::string told = Told(statistics, "deadlines_by_regime");
  EXPECT_EQ(told.substr(0, 6), "20 11 ") << told;
  EXPECT_EQ(told.substr(told.size() - 7), "12 = 43") << told;
  EXPECT_EQ(statistics.name(), "statistics/2026-10");
  EXPECT_EQ(statistics.create_time().seconds(), 1'800'000'000);
  EXPECT_EQ(statistics.policy_digest(), "digest");
  for (const v1::StatisticsTable& table : statistics.tables()) {
    EXPECT_FALSE(table.label_ja().empty() || table.label_en().empty()) << table.id();
  }
}

TEST(MakeStatistics, CountsSeverityAndKindWithoutTheUnspecified) {
  MonthCounts counts;
  counts.opened_by_severity = {{0, 50}, {1, 10}, {4, 11}};
  counts.opened_by_kind = {{0, 50}, {1, 12}};
  EXPECT_EQ(Told(Of(counts), "opened_by_severity"), "10 0 0 11 = 21");
  const std::string kinds = Told(Of(counts), "opened_by_kind");
  EXPECT_EQ(kinds.substr(0, 3), "12 ") << kinds;
  EXPECT_EQ(kinds.substr(kinds.size() - 4), "= 12") << kinds;
  EXPECT_EQ(Told(Of(counts), "open_by_state").find('1'), std::string::npos);
}

}  // namespace
}  // namespace mamori::triage
