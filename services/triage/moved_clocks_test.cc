// Whose deadlines are whose: as cases move, by whose clock, and in whose list.
#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/triage/deadline_timers.h"
#include "services/triage/test_clock_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;

using MovedClocksTest = ClockFixture;

TEST_F(MovedClocksTest, WhoHasTheCaseTakesWhatComesToIt) {
  const std::string into = OpenCase("x").name(), from = OpenCase("y").name();
  const auto claim = [&](const std::string& person) {
    return cases_.Claim(Call("ClaimCase", person), Verb<v1::ClaimCaseRequest>(into)).status();
  };
  ASSERT_THAT(claim("desk-1"), IsOk());
  auto merge = Verb<v1::MergeCasesRequest>(from);
  merge.set_into(into);
  ASSERT_THAT(cases_.Merge(Call("MergeCases", "desk-2"), merge), IsOk());
  const auto open = [&] {
    return database_.Number(
        "SELECT COUNT(*) FROM deadline WHERE clock LIKE 'company.acknowledge%'"
        " AND state = 1");
  };
  EXPECT_EQ(open(), 0) << "what came was taken";
  // A clock that begins later stops by who has the case alone, and by nothing told.
  auto severe = Verb<v1::TriageCaseRequest>(into);
  severe.set_severity(mamori::v1::SEVERITY_LOW);
  ASSERT_THAT(cases_.Triage(Call("TriageCase"), severe), IsOk());
  database_.Run(
      "UPDATE deadline SET state = 1, end_time = NULL WHERE clock ="
      " 'company.acknowledge' LIMIT 1");
  ASSERT_EQ(open(), 1);
  EXPECT_FALSE(claim("desk-2").ok());
  EXPECT_EQ(open(), 1);
  const size_t told = Outbox(into).size();
  ASSERT_THAT(claim("desk-1"), IsOk());
  EXPECT_EQ(open(), 0);
  EXPECT_EQ(Outbox(into).size(), told);
}

TEST_F(MovedClocksTest, WhatIsMergedIntoACaseThatNobodyHasWaitsForSomebody) {
  const std::string into = OpenCase("x").name(), from = OpenCase("y").name();
  auto merge = Verb<v1::MergeCasesRequest>(from);
  merge.set_into(into);
  ASSERT_THAT(cases_.Merge(Call("MergeCases"), merge), IsOk());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM deadline WHERE clock = 'company.acknowledge'"
                             " AND state = 1"),
            2);
}

TEST_F(MovedClocksTest, AClockThatIsAheadOfTheDatabasesTellsNothing) {
  const std::string name = OpenCase("a complaint").name();
  const absl::Time due = time::FromTimestamp(ClocksOf(name)["company.acknowledge"].due_time());
  const time::FakeClock ahead(due + absl::Hours(24));
  time::FakeClock database(clock_.Now());
  const TimeMarks marks(ahead, ids_, telemetry_, &database);
  DeadlineTimers worker({deadline_store_, gate_, clocks_, ahead, ids_, [] {},
                         [&] { return marks.Believed(database_.transactor()); }});
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(false));
  EXPECT_FALSE(Outbox(name).back().has_deadline_missed());
  database.Advance(due + absl::Hours(1) - database.Now());
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  EXPECT_TRUE(Outbox(name).back().has_deadline_missed());
}

// The bound is on rows that the server read: what is hidden costs nobody time, and tells nobody by
// it how much there is.
TEST_F(MovedClocksTest, WhoIsLetInByNameAloneReadsHisOwnAlone) {
  OpenCase("hidden");
  const std::string own = OpenCase("own").name();
  auto add = Verb<v1::AddMemberRequest>(own);
  add.set_person("guest");
  ASSERT_THAT(access_.AddMember(Call("AddMember"), add), IsOk());
  const auto fill = [&](const char* from) {
    database_.Execute(
        absl::StrCat("INSERT INTO deadline (deadline_id, tenant, case_id, company, clock, regime,"
                     " rank_order, state, start_time, due_time, due_day, steps_done, completer)"
                     " SELECT RANDOM_BYTES(16), tenant, case_id, company, 'many', regime, 0, 1,"
                     " start_time, 1, 0, 0, '' FROM deadline WHERE case_id <> ? AND clock = '",
                     from, "'"),
        db::Params().Add(*id::FromName("cases", own)));
  };
  fill("company.close");
  for (int i = 0; i < 9; ++i) fill("many");
  ASSERT_EQ(database_.Number("SELECT COUNT(*) FROM deadline WHERE clock = 'many'"), 512);
  const auto rows_read = [&] {
    int64_t sum = 0;
    for (const db::Row& row : database_.Query("SHOW SESSION STATUS LIKE 'Handler_read%'", {})) {
      sum += std::stoll(row.GetBytes(1));
    }
    return sum;
  };
  const auto cases_of = [&](const std::string& person, std::vector<std::string> roles) {
    server::CallContext call = Call("ListDeadlines", person);
    call.roles = std::move(roles);
    std::set<std::string> cases;
    const auto list = deadlines_.List(call, {});
    EXPECT_THAT(list, IsOk());
    for (const v1::Deadline& one : list->deadlines()) {
      cases.insert(one.case_name());
    }
    return cases;
  };
  const int64_t before = rows_read();
  EXPECT_THAT(cases_of("nobody", {}), IsEmpty());
  EXPECT_THAT(cases_of("guest", {}), ::testing::ElementsAre(own));
  EXPECT_LT(rows_read() - before, 300);
  ASSERT_THAT(access_.Exclude(Call("Exclude"),
                              [&] {
                                auto request = Verb<v1::ExcludePersonRequest>(own);
                                request.set_person("guest");
                                return request;
                              }()),
              IsOk());
  EXPECT_THAT(cases_of("guest", {}), IsEmpty());
}

}  // namespace
}  // namespace mamori::triage
