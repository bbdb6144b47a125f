// Months counted on a real database: cases, deadlines and records of one long past.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_STATISTICS_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_STATISTICS_FIXTURE_H_

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "common/sealing/fields.h"
#include "common/time/timestamp.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "services/triage/sql_statistics_store.h"
#include "services/triage/statistics.h"
#include "services/triage/test_clock_fixture.h"

namespace mamori::triage {

inline absl::Time ParseMonthTime(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

class StatisticsFixture : public ClockFixture {
 protected:
  StatisticsFixture()
      : store_(database_.transactor(), clock_, ids_), statistics_(store_, tokens_) {}

  // Cases of a month long past, so that what the machine's clock shows plays no part.
  void OpenMany(int count, const std::string& narrative, const char* time) {
    std::vector<mamori::v1::Event> events;
    for (int i = 0; i < count; ++i) events.push_back(Receive(narrative));
    for (const absl::Status& status : Apply(events)) ASSERT_THAT(status, testing::IsOk());
    const auto micros = absl::ToUnixMicros(ParseMonthTime(time));
    for (const char* sql : {"UPDATE case_category SET create_time = ? WHERE create_time > ?",
                            "UPDATE case_record SET create_time = ? WHERE create_time > ?"}) {
      database_.Execute(sql, db::Params().Add(micros).Add(clock_.Now() - absl::Hours(1)));
    }
  }
  absl::StatusOr<bool> Publish(SqlStatisticsStore& store, const char* now) {
    const time::FakeClock at(ParseMonthTime(now));
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
                .create_time = ParseMonthTime("2026-04-10T00:00:00Z"),
                .case_id = of_case,
                .sequence = ++requests_};
    const CaseContent content(keys_.sealer());
    const auto key = content.NewKey("t", Deadline());
    ASSERT_THAT(key, testing::IsOk());
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
    *measure.mutable_outcome()->mutable_record_time() =
        time::ToTimestamp(ParseMonthTime(carried_out));
    if (judged) {
      measure.mutable_effect()->set_effective(true);
      *measure.mutable_effect()->mutable_assess_time() =
          time::ToTimestamp(ParseMonthTime("2026-04-25T00:00:00Z"));
    }
    return measure;
  }

  SqlStatisticsStore store_;
  Statistics statistics_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_STATISTICS_FIXTURE_H_
