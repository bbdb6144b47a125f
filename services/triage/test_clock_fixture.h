// Triage with its clocks, on a real database: for the tests of deadlines and statistics.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_CLOCK_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_CLOCK_FIXTURE_H_

#include <map>
#include <string>
#include <vector>

#include "common/status/errors.h"
#include "common/time/timestamp.h"
#include "services/triage/deadline_timers.h"
#include "services/triage/deadlines.h"
#include "services/triage/sql_deadline_store.h"
#include "services/triage/test_triage_fixture.h"

namespace mamori::triage {

class ClockFixture : public TriageFixture {
 protected:
  ClockFixture()
      : clocks_(catalog_),
        deadline_store_(database_.transactor(), clock_, ids_, seal_, keys_.sealer()),
        deadlines_({case_store_, deadline_store_, gate_, clocks_, clock_, ids_, [] {}, tokens_}),
        ingest_with_clocks_({ingest_store_,
                             gate_,
                             source_,
                             contacts_,
                             assessors_,
                             memory_,
                             clock_,
                             ids_,
                             {},
                             [] {},
                             &clocks_}),
        cases_with_clocks_({case_store_, work_store_, gate_, assessors_, clock_, ids_, [] {},
                            tokens_, nullptr, &clocks_}) {}

  std::vector<absl::Status> Apply(const std::vector<mamori::v1::Event>& events) {
    std::vector<const mamori::v1::Event*> pointers;
    for (const mamori::v1::Event& event : events) pointers.push_back(&event);
    return ingest_with_clocks_.Apply(pointers, "intake", Deadline());
  }

  mamori::v1::Case OpenCase(const std::string& narrative) {
    const mamori::v1::Event event = Receive(narrative);
    EXPECT_THAT(Apply({event})[0], testing::IsOk());
    return Get(id::Name("reports", event.subject_id()));
  }
  // Of a reporter who gave a name.
  mamori::v1::Case OpenNamed(const std::string& narrative) {
    const mamori::v1::Event event = Receive(narrative);
    source_.reports[{"t", event.subject_id()}].mutable_reporter()->set_person("A. Sato");
    EXPECT_THAT(Apply({event})[0], testing::IsOk());
    return Get(id::Name("reports", event.subject_id()));
  }

  std::map<std::string, v1::Deadline> ClocksOf(const std::string& case_name) {
    v1::ListDeadlinesRequest request;
    request.set_case_name(case_name);
    std::map<std::string, v1::Deadline> clocks;
    const auto list = deadlines_.List(Call("ListDeadlines"), request);
    EXPECT_THAT(list, testing::IsOk());
    if (!list.ok()) return clocks;
    for (const v1::Deadline& one : list->deadlines()) clocks[one.clock()] = one;
    return clocks;
  }

  std::vector<std::string> Queue(const std::string& person) {
    std::vector<std::string> names;
    const auto list = deadlines_.List(Call("ListDeadlines", person), {});
    EXPECT_THAT(list, testing::IsOk());
    if (!list.ok()) return names;
    for (const v1::Deadline& one : list->deadlines()) names.push_back(one.name());
    return names;
  }

  template <typename T>
  static mamori::v1::ErrorReason ReasonOf(const absl::StatusOr<T>& result) {
    return status::ReasonOf(result.status());
  }

  ClockBooks clocks_;
  SqlDeadlineStore deadline_store_;
  Deadlines deadlines_;
  Ingest ingest_with_clocks_;
  Cases cases_with_clocks_;
  Cases& cases_ = cases_with_clocks_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_CLOCK_FIXTURE_H_
