// Months counted and told, on a real database.
#include "services/triage/statistics.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "mamori/triage/v1/care_service.pb.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "mamori/triage/v1/judgement_service.pb.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "services/triage/test_statistics_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using testing::IsOkAndHolds;

TEST(MonthOf, TakesOneNameForAMonth) {
  EXPECT_EQ(MonthOf("statistics/2026-11"), absl::CivilMonth(2026, 11));
  for (const char* name : {"statistics/2026-1", "statistics/2026-13", "2026-11", "statistics/",
                           "statistics/2026-11-01", "statistics/ 2026-11"}) {
    EXPECT_FALSE(MonthOf(name).has_value()) << name;
  }
}

using StatisticsTest = StatisticsFixture;

TEST_F(StatisticsTest, AMonthIsCountedOnceAndReadTheSameForEver) {
  OpenMany(7, "a complaint", "2026-03-31T14:59:00Z");  // still March in Tokyo
  OpenMany(6, "今日、殴られました。", "2026-04-01T00:00:00Z");
  EXPECT_THAT(Publish(store_, "2026-04-30T14:59:00Z"), IsOk());  // April has not ended
  EXPECT_EQ(Read("statistics/2026-04").status().code(), absl::StatusCode::kNotFound);
  ASSERT_THAT(Publish(store_, "2026-05-01T16:30:00Z"), IsOkAndHolds(false));
  const auto first = Read("statistics/2026-04");
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(Rows(*first, "opened_by_severity")["CRITICAL"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_severity")["total"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_category")["INTIMIDATION_VIOLENCE"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_kind")["CUSTOMER_HARASSMENT"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_company")["acme"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_anonymity")["other"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_anonymity")["anonymous"], 0);
  EXPECT_EQ(Rows(*first, "open_by_state")["RECEIVED"], 10);  // 13, in steps of 5
  EXPECT_EQ(Rows(*first, "open_by_state")["total"], -1);
  EXPECT_EQ(Rows(*first, "open_by_state").count("CLOSED"), 0u);
  // What happens to its cases afterwards changes nothing.
  OpenMany(9, "a complaint", "2026-04-02T00:00:00Z");
  EXPECT_THAT(Publish(store_, "2026-05-02T00:00:00Z"), IsOkAndHolds(false));
  for (const char* role : {"auditor", "executive", "first_reader", "admin"}) {
    EXPECT_EQ(Read("statistics/2026-04", role)->SerializeAsString(), first->SerializeAsString());
  }
}

TEST_F(StatisticsTest, TellsHowDeadlinesWereKept) {
  OpenMany(1, "a complaint", "2026-04-01T00:00:00Z");
  database_.Execute("DELETE FROM deadline");
  const auto add = [&](const char* clock, int regime, int state, const char* due, const char* end) {
    database_.Execute(
        "INSERT INTO deadline (deadline_id, tenant, case_id, company, clock, regime, rank_order,"
        " state, start_time, due_time, due_day, steps_done, end_time, completer)"
        " VALUES (?, 't', ?, 'acme', ?, ?, 0, ?, ?, ?, 0, 0, ?, '')",
        [&] {
          db::Params params;
          params.Add(ids_.NewId()).Add(ids_.NewId()).Add(clock).Add(regime).Add(state);
          params.Add(ParseMonthTime("2026-04-10T00:00:00Z")).Add(ParseMonthTime(due));
          if (end == nullptr) {
            params.AddNull();
          } else {
            params.Add(ParseMonthTime(end));
          }
          return params;
        }());
  };
  for (int i = 0; i < 5; ++i) {
    add("company.acknowledge", 1, 3, "2026-04-11T00:00:00Z", "2026-04-10T05:00:00Z");
    add("company.acknowledge", 1, 3, "2026-04-11T00:00:00Z", "2026-04-12T00:00:00Z");
    add("company.acknowledge", 1, 4, "2026-04-11T00:00:00Z", "2026-04-10T05:00:00Z");    // moot
    add("company.first_contact", 1, 4, "2026-04-11T00:00:00Z", "2026-04-20T05:00:00Z");  // too late
    add("eu.feedback", 3, 1, "2026-04-20T00:00:00Z", nullptr);      // never done
    add("takedown.answer", 4, 2, "2026-04-20T00:00:00Z", nullptr);  // paused: not due yet
    add("company.close", 1, 3, "2026-09-20T00:00:00Z", "2026-04-29T00:00:00Z");
    add("company.decide", 1, 3, "2026-04-20T00:00:00Z", "2026-05-03T00:00:00Z");  // done in May
  }
  ASSERT_THAT(Publish(store_, "2026-05-02T00:00:00Z"), IsOk());
  const auto april = Read("statistics/2026-04");
  ASSERT_THAT(april, IsOk());
  auto regimes = Rows(*april, "deadlines_by_regime");
  EXPECT_EQ(regimes["COMPANY/kept"], 5);
  EXPECT_EQ(regimes["COMPANY/missed"], 15);
  EXPECT_EQ(regimes["EU/missed"], 5);
  EXPECT_EQ(regimes["TAKEDOWN/missed"], 0);
  EXPECT_EQ(Rows(*april, "acknowledgements")["in time"], 5);
  EXPECT_EQ(Rows(*april, "acknowledgements")["late"], 5);
  EXPECT_EQ(Rows(*april, "days_to_acknowledge")["1 day"], 5);
  EXPECT_EQ(Rows(*april, "days_to_acknowledge")["3 days"], 5);
  EXPECT_EQ(Rows(*april, "days_to_close")["30 days"], 5);
}

// From ISO 37002's receive, assess, address and conclude, with how often retaliation was reported.
TEST_F(StatisticsTest, TellsWhatWasBegunInTheMonthByKindAndNeverOfFew) {
  OpenMany(6, "a complaint", "2026-04-01T00:00:00Z");
  const auto add = [&](int kind, int version, const char* time) {
    db::Params params;
    params.Add(ids_.NewId()).Add(ids_.NewId()).Add(++requests_).Add(ids_.NewId()).Add(kind);
    params.Add(version).Add(ParseMonthTime(time));
    database_.Execute(
        "INSERT INTO case_work (row_id, tenant, case_id, sequence, record_id, kind, version,"
        " author, create_time, body) VALUES (?, 't', ?, ?, ?, ?, ?, 'a', ?, '')",
        params);
  };
  for (int i = 0; i < 7; ++i) {
    add(1, 1, "2026-04-10T00:00:00Z");
    add(1, 2, "2026-04-11T00:00:00Z");  // the same ones, said anew
    add(9, 1, "2026-04-10T00:00:00Z");
    add(9, 1, "2026-05-10T00:00:00Z");  // of another month
  }
  add(10, 1, "2026-04-10T00:00:00Z");
  ASSERT_THAT(Publish(store_, "2026-05-20T00:00:00Z"), IsOk());
  auto work = Rows(*Read("statistics/2026-04"), "work");
  EXPECT_EQ(work["retaliation"], -1);  // one
  EXPECT_EQ(work["total"], 15);
  // One of the others is not told either, or the one could be computed.
  EXPECT_EQ((work["statements"] == 7) + (work["risk_assessments"] == 7), 1);
}

TEST_F(StatisticsTest, TellsWhatFactFindingJudgementsAndMeasuresCameTo) {
  OpenMany(6, "a complaint", "2026-04-01T00:00:00Z");
  for (int i = 0; i < 6; ++i) {
    const id::Id concluded = ids_.NewId(), judged = ids_.NewId(), measure = ids_.NewId();
    // One that its findings no longer bear is none.
    const id::Id lost = ids_.NewId(), record = ids_.NewId();
    Record(WorkKind::kConclusion, lost, record, 1, ConclusionOf(v1::FACT_OUTCOME_SUBSTANTIATED));
    v1::FactConclusion unborne = ConclusionOf(v1::FACT_OUTCOME_SUBSTANTIATED);
    unborne.mutable_void_time()->set_seconds(1);
    Record(WorkKind::kConclusion, lost, record, 2, unborne);
    // What was said again counts as it was said last.
    Record(WorkKind::kConclusion, concluded, ids_.NewId(), 1, ConclusionOf(v1::FACT_OUTCOME_NOT));
    Record(WorkKind::kConclusion, concluded, ids_.NewId(), 2,
           ConclusionOf(v1::FACT_OUTCOME_SUBSTANTIATED));
    v1::Judgement judgement;
    judgement.set_verdict(v1::VERDICT_LEGITIMATE_COMPLAINT);
    Record(WorkKind::kJudgement, judged, ids_.NewId(), 1, judgement);
    Record(WorkKind::kMeasure, judged, measure, 1, MeasureOf("2026-04-20T00:00:00Z", false));
    Record(WorkKind::kMeasure, judged, measure, 2, MeasureOf("2026-04-20T00:00:00Z", true));
    // Carried out in March, and assessed now.
    Record(WorkKind::kMeasure, judged, ids_.NewId(), 3, MeasureOf("2026-03-20T00:00:00Z", true));
  }
  for (int i = 0; i < 5; ++i) {
    Record(WorkKind::kConclusion, ids_.NewId(), ids_.NewId(), 1,
           ConclusionOf(v1::FACT_OUTCOME_UNDETERMINED));
  }
  ASSERT_THAT(Publish(store_, "2026-05-20T00:00:00Z"), IsOk());
  const auto april = Read("statistics/2026-04");
  auto outcomes = Rows(*april, "outcomes");
  EXPECT_EQ(outcomes["SUBSTANTIATED"], 6);
  EXPECT_EQ(outcomes["UNDETERMINED"], 5);
  EXPECT_EQ(outcomes["NOT"], 0);
  EXPECT_EQ(outcomes["PARTLY"], 0);
  EXPECT_EQ(outcomes["total"], 11);
  EXPECT_EQ(Rows(*april, "verdicts")["LEGITIMATE_COMPLAINT"], 6);
  EXPECT_EQ(Rows(*april, "measures_carried_out")["WARNING"], 6);
  EXPECT_EQ(Rows(*april, "measures_carried_out")["total"], 6);
  EXPECT_EQ(Rows(*april, "measure_effects")["effective"], 12);
}

TEST_F(StatisticsTest, OutcomesDoNotTellACountThatIsHiddenElsewhere) {
  OpenMany(6, "a complaint", "2026-04-01T00:00:00Z");
  for (int i = 0; i < 7; ++i) {
    Record(WorkKind::kConclusion, ids_.NewId(), ids_.NewId(), 1,
           ConclusionOf(v1::FACT_OUTCOME_SUBSTANTIATED));
  }
  // One, and it could be computed from the sum of the table and the conclusions.
  Record(WorkKind::kRetaliation, ids_.NewId(), ids_.NewId(), 1, v1::RetaliationReport());
  ASSERT_THAT(Publish(store_, "2026-05-20T00:00:00Z"), IsOk());
  const auto april = Read("statistics/2026-04");
  EXPECT_EQ(Rows(*april, "work")["conclusions"], -1);
  for (const auto& [row, count] : Rows(*april, "outcomes")) EXPECT_EQ(count, -1) << row;
}

TEST_F(StatisticsTest, SmallNumbersAreNotTold) {
  OpenMany(2, "今日、殴られました。", "2026-04-01T00:00:00Z");
  OpenMany(9, "a complaint", "2026-04-02T00:00:00Z");
  ASSERT_THAT(Publish(store_, "2026-05-02T00:00:00Z"), IsOk());
  auto rows = Rows(*Read("statistics/2026-04"), "opened_by_severity");
  EXPECT_EQ(rows["CRITICAL"], -1);
  EXPECT_EQ(rows["total"], 11);
  int64_t told = 0;
  for (const auto& [key, count] : rows) told += key != "total" && count > 0 ? count : 0;
  EXPECT_EQ(told, 0);  // else the two would be what is left
}

// Two named cases, three deadlines of the company each.
TEST_F(StatisticsTest, ManyDeadlinesOfFewCasesAreNotTold) {
  OpenMany(2, "a complaint", "2026-04-01T00:00:00Z");
  const auto april = [&](const char* sql) {
    database_.Execute(sql, db::Params().Add(ParseMonthTime("2026-04-03T00:00:00Z")));
  };
  april("UPDATE deadline SET due_time = ?, state = 1");
  ASSERT_GE(database_.Number("SELECT COUNT(*) FROM deadline WHERE regime = 1"), 6);
  ASSERT_THAT(Publish(store_, "2026-05-02T00:00:00Z"), IsOk());
  const auto told = Read("statistics/2026-04");
  ASSERT_THAT(told, IsOk());
  for (const char* table : {"deadlines_by_regime", "opened_by_severity"}) {
    for (const auto& [row, count] : Rows(*told, table)) EXPECT_EQ(count, -1) << table << row;
  }
}

TEST_F(StatisticsTest, WhatIsClosedWithdrawnMergedOrDisposedOfIsNotOpen) {
  OpenMany(30, "a complaint", "2026-04-01T00:00:00Z");
  int64_t left = 30;
  for (const int state : {7, 8, 9, 20}) {
    database_.Execute("UPDATE case_record SET state = ? WHERE state = 1 ORDER BY case_id LIMIT 5",
                      db::Params().Add(state));
    left -= 5;
  }
  ASSERT_THAT(Publish(store_, "2026-05-02T00:00:00Z"), IsOk());
  auto open = Rows(*Read("statistics/2026-04"), "open_by_state");
  EXPECT_EQ(open["RECEIVED"], left);
  for (const auto& [state, count] : open) {
    if (state != "RECEIVED" && state != "total") {
      EXPECT_EQ(count, 0) << state;
    }
  }
  EXPECT_EQ(open.count("DISPOSED"), 0u);
}

TEST_F(StatisticsTest, IsForThoseWhoMayReadIt) {
  OpenMany(6, "a complaint", "2026-04-01T00:00:00Z");
  ASSERT_THAT(Publish(store_, "2026-05-02T00:00:00Z"), IsOk());
  for (const char* role : {"desk", "consultation", "lawyer", "nobody"}) {
    EXPECT_EQ(ReasonOf(Read("statistics/2026-04", role)), mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED)
        << role;
  }
  server::CallContext stranger = Reader("auditor");
  stranger.tenant = "other";
  v1::GetStatisticsRequest request;
  request.set_name("statistics/2026-04");
  EXPECT_EQ(ReasonOf(statistics_.Get(stranger, request)), mamori::v1::ERROR_REASON_NOT_FOUND);
  request.set_name("x");
  EXPECT_EQ(ReasonOf(statistics_.Get(Reader("auditor"), request)),
            mamori::v1::ERROR_REASON_INVALID_FIELDS);
}

TEST_F(StatisticsTest, MonthsAreListedNewestFirstWithoutTheirTables) {
  OpenMany(6, "a complaint", "2026-01-02T00:00:00Z");
  for (const char* now : {"2026-02-02T00:00:00Z", "2026-03-02T00:00:00Z", "2026-04-02T00:00:00Z"}) {
    ASSERT_THAT(Publish(store_, now), IsOk());
  }
  v1::ListStatisticsRequest request;
  request.set_page_size(2);
  const auto page = statistics_.List(Reader("auditor"), request);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->statistics_size(), 2);
  EXPECT_EQ(page->statistics(0).name(), "statistics/2026-03");
  EXPECT_EQ(page->statistics(0).tables_size(), 0);
  request.set_page_token(page->next_page_token());
  const auto last = statistics_.List(Reader("auditor"), request);
  ASSERT_THAT(last, IsOk());
  ASSERT_EQ(last->statistics_size(), 1);
  EXPECT_EQ(last->statistics(0).name(), "statistics/2026-01");
  EXPECT_TRUE(last->next_page_token().empty());
}

}  // namespace
}  // namespace mamori::triage
