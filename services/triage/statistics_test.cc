// Months counted and told, on a real database.
#include "services/triage/statistics.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "common/sealing/fields.h"
#include "common/time/timestamp.h"
#include "mamori/triage/v1/care_service.pb.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "mamori/triage/v1/judgement_service.pb.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "services/triage/sql_statistics_store.h"
#include "services/triage/test_clock_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using testing::IsOkAndHolds;

absl::Time Parse(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

TEST(MonthOf, TakesOneNameForAMonth) {
  EXPECT_EQ(MonthOf("statistics/2026-11"), absl::CivilMonth(2026, 11));
  for (const char* name : {"statistics/2026-1", "statistics/2026-13", "2026-11", "statistics/",
                           "statistics/2026-11-01", "statistics/ 2026-11"}) {
    EXPECT_FALSE(MonthOf(name).has_value()) << name;
  }
}

class StatisticsTest : public ClockFixture {
 protected:
  StatisticsTest() : store_(database_.transactor(), clock_, ids_), statistics_(store_, tokens_) {}

  // Cases of a month long past, so that what the machine's clock shows plays no part.
  void OpenMany(int count, const std::string& narrative, const char* time) {
    std::vector<mamori::v1::Event> events;
    for (int i = 0; i < count; ++i) events.push_back(Receive(narrative));
    for (const absl::Status& status : Apply(events)) ASSERT_THAT(status, IsOk());
    const auto micros = absl::ToUnixMicros(Parse(time));
    for (const char* sql : {"UPDATE case_category SET create_time = ? WHERE create_time > ?",
                            "UPDATE case_record SET create_time = ? WHERE create_time > ?"}) {
      database_.Execute(sql, db::Params().Add(micros).Add(clock_.Now() - absl::Hours(1)));
    }
  }
  absl::StatusOr<bool> Publish(SqlStatisticsStore& store, const char* now) {
    const time::FakeClock at(Parse(now));
    return StatisticsPublisher(store, keys_.sealer(), DefaultPolicy(), at).RunOnce();
  }
  server::CallContext Reader(const std::string& role) {
    server::CallContext call = Call("GetStatistics");
    call.roles = {role};
    return call;
  }
  absl::StatusOr<v1::Statistics> Read(const std::string& name,
                                      const std::string& role = "auditor") {
    v1::GetStatisticsRequest request;
    request.set_name(name);
    return statistics_.Get(Reader(role), request);
  }
  static std::map<std::string, int64_t> Rows(const v1::Statistics& statistics,
                                             const std::string& id) {
    std::map<std::string, int64_t> rows;
    for (const v1::StatisticsTable& table : statistics.tables()) {
      if (table.id() != id) continue;
      for (const v1::StatisticsRow& row : table.rows()) {
        rows[row.key()] = row.has_count() ? row.count() : -1;
      }
      rows["total"] = table.has_total() ? table.total() : -1;
    }
    return rows;
  }

  // A sealed record of April.
  void Record(WorkKind kind, const id::Id& of_case, const id::Id& record, int version,
              const google::protobuf::Message& body) {
    WorkRow row{.row_id = ids_.NewId(),
                .record_id = record,
                .kind = kind,
                .version = version,
                .author = "a",
                .create_time = Parse("2026-04-10T00:00:00Z"),
                .case_id = of_case,
                .sequence = ++requests_};
    const CaseContent content(keys_.sealer());
    const auto key = content.NewKey("t", Deadline());
    ASSERT_THAT(key, IsOk());
    row.body = CaseContent::Seal(*key, sealing::WorkBody("t", CaseContent::PlaceOf(row)),
                                 body.SerializeAsString())
                   .text;
    db::Params params;
    params.Add(row.row_id).Add(row.case_id).Add(row.sequence).Add(row.record_id);
    params.Add(static_cast<int>(kind)).Add(version).Add(row.author).Add(row.create_time);
    params.Add(row.body);
    database_.Execute(
        "INSERT INTO case_work (row_id, tenant, case_id, sequence, record_id, kind, version,"
        " author, create_time, body) VALUES (?, 't', ?, ?, ?, ?, ?, ?, ?, ?)",
        params);
  }
  static v1::FactConclusion ConclusionOf(v1::FactOutcome outcome) {
    v1::FactConclusion conclusion;
    conclusion.set_outcome(outcome);
    return conclusion;
  }
  static v1::Measure MeasureOf(const char* carried_out, bool judged) {
    v1::Measure measure;
    measure.set_measure("WARNING");
    *measure.mutable_outcome()->mutable_record_time() = time::ToTimestamp(Parse(carried_out));
    if (judged) {
      measure.mutable_effect()->set_effective(true);
      *measure.mutable_effect()->mutable_assess_time() =
          time::ToTimestamp(Parse("2026-04-25T00:00:00Z"));
    }
    return measure;
  }

  SqlStatisticsStore store_;
  Statistics statistics_;
};

TEST_F(StatisticsTest, AMonthIsCountedOnceAndReadTheSameForEver) {
  OpenMany(7, "a complaint", "2026-03-31T14:59:00Z");  // still March in Tokyo
  OpenMany(6, "今日、殴られました。", "2026-04-01T00:00:00Z");
  EXPECT_THAT(Publish(store_, "2026-04-30T14:59:00Z"), IsOk());  // April has not ended
  EXPECT_EQ(Read("statistics/2026-04").status().code(), absl::StatusCode::kNotFound);
  ASSERT_THAT(Publish(store_, "2026-04-30T16:30:00Z"), IsOkAndHolds(false));
  const auto first = Read("statistics/2026-04");
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(Rows(*first, "opened_by_severity")["CRITICAL"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_severity")["total"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_category")["INTIMIDATION_VIOLENCE"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_kind")["CUSTOMER_HARASSMENT"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_company")["acme"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_anonymity")["other"], 6);
  EXPECT_EQ(Rows(*first, "opened_by_anonymity")["anonymous"], 0);
  EXPECT_EQ(Rows(*first, "open_by_state")["RECEIVED"], 13);
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
          params.Add(Parse("2026-04-10T00:00:00Z")).Add(Parse(due));
          if (end == nullptr) {
            params.AddNull();
          } else {
            params.Add(Parse(end));
          }
          return params;
        }());
  };
  for (int i = 0; i < 5; ++i) {
    add("company.acknowledge", 1, 3, "2026-04-11T00:00:00Z", "2026-04-10T05:00:00Z");
    add("company.acknowledge", 1, 3, "2026-04-11T00:00:00Z", "2026-04-12T00:00:00Z");
    add("company.acknowledge", 1, 4, "2026-04-11T00:00:00Z", "2026-04-10T05:00:00Z");  // moot
    add("eu.feedback", 3, 1, "2026-04-20T00:00:00Z", nullptr);                         // never done
    add("company.close", 1, 3, "2026-09-20T00:00:00Z", "2026-04-29T00:00:00Z");
    add("company.decide", 1, 3, "2026-04-20T00:00:00Z", "2026-05-03T00:00:00Z");  // done in May
  }
  ASSERT_THAT(Publish(store_, "2026-05-01T00:00:00Z"), IsOk());
  const auto april = Read("statistics/2026-04");
  ASSERT_THAT(april, IsOk());
  auto regimes = Rows(*april, "deadlines_by_regime");
  EXPECT_EQ(regimes["COMPANY/kept"], 5);
  EXPECT_EQ(regimes["COMPANY/missed"], 10);
  EXPECT_EQ(regimes["EU/missed"], 5);
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
    params.Add(version).Add(Parse(time));
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
  ASSERT_THAT(Publish(store_, "2026-05-01T00:00:00Z"), IsOk());
  auto rows = Rows(*Read("statistics/2026-04"), "opened_by_severity");
  EXPECT_EQ(rows["CRITICAL"], -1);
  EXPECT_EQ(rows["total"], 11);
  int64_t told = 0;
  for (const auto& [key, count] : rows) told += key != "total" && count > 0 ? count : 0;
  EXPECT_EQ(told, 0);  // else the two would be what is left
}

TEST_F(StatisticsTest, OneOfManyReplicasCounts) {
  OpenMany(6, "a complaint", "2026-04-01T00:00:00Z");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      SqlStatisticsStore replica(database_.transactor(), clock_, ids_);
      EXPECT_THAT(Publish(replica, "2026-05-01T00:00:00Z"), IsOk());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM statistics"), 1);
  // One whose time is over writes nothing.
  database_.Execute("UPDATE lease SET expire_time = 0");
  const auto now = Parse("2026-06-01T00:00:00Z");
  const auto old = store_.TryLease(absl::ZeroDuration());
  ASSERT_TRUE(old.ok() && old->has_value());
  SqlStatisticsStore other(database_.transactor(), clock_, ids_);
  ASSERT_TRUE(other.TryLease(absl::Minutes(1))->has_value());
  EXPECT_EQ(store_.Publish(**old, "t", 202605, v1::Statistics(), now).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(StatisticsTest, IsForThoseWhoMayReadIt) {
  OpenMany(6, "a complaint", "2026-04-01T00:00:00Z");
  ASSERT_THAT(Publish(store_, "2026-05-01T00:00:00Z"), IsOk());
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
