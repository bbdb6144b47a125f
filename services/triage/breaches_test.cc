// What leaked of several cases, on a real database.
#include "services/triage/breaches.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "services/triage/sql_tenant_record_store.h"
#include "services/triage/test_people_fixture.h"
#include "services/triage/test_tenant_record_fixture.h"

namespace mamori::triage {
namespace {

using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

class BreachTest : public PeopleTest {
 protected:
  server::CallContext Admin(const std::string& person = "admin") const {
    return As("/mamori.triage.v1.BreachService/X", person, {"first_reader", "admin"});
  }
  v1::OpenBreachRequest Opening(const std::vector<std::string>& cases) {
    v1::OpenBreachRequest request;
    request.set_request_id(absl::StrCat("breach-", ++requests_));
    v1::Breach& breach = *request.mutable_breach();
    if (cases.empty()) breach.set_person("snoop");
    for (const std::string& one : cases) breach.add_cases(one);
    breach.set_text("a laptop was stolen");
    *breach.mutable_from_time() = time::ToTimestamp(later_.Now() - absl::Hours(1));
    *breach.mutable_to_time() = time::ToTimestamp(later_.Now());
    *breach.mutable_know_time() = time::ToTimestamp(later_.Now());
    return request;
  }
  absl::StatusOr<v1::Breach> Step(const std::string& name, v1::LeakStepKind kind) {
    auto request = Verb<v1::RecordBreachStepRequest>(name);
    request.mutable_step()->set_kind(kind);
    request.mutable_step()->set_text("done");
    *request.mutable_step()->mutable_step_time() = time::ToTimestamp(later_.Now());
    return breaches_.RecordStep(Admin(), request);
  }
  absl::StatusOr<v1::Breach> See(const server::CallContext& call, const std::string& name) {
    v1::GetBreachRequest request;
    request.set_name(name);
    return breaches_.Get(call, request);
  }

  FakeLeaks source_;
  LeakIncidents leaks_{timed_, source_};
  SqlTenantRecordStore records_{database_.transactor(), later_, seal_, keys_.sealer(),
                                later_marks_};
  Breaches breaches_{{records_, leaks_, source_, case_store_, gate_, later_, ids_, tokens_}};
};

TEST_F(BreachTest, ItIsOpenedInEveryCaseThatThePersonReadAndRunsToItsEnd) {
  const std::string by_case = Judged(), by_report = Judged(), unread = Judged();
  source_.read.cases = {*id::FromName("cases", by_case)};
  source_.read.reports = {*id::FromName("reports", Get(by_report).reports(0)), ids_.NewId()};
  source_.read.unbelieved_rows = 2;
  const auto request = Opening({});
  const auto opened = breaches_.Open(Admin(), request);
  ASSERT_THAT(opened, IsOk());
  EXPECT_THAT(opened->incidents(), SizeIs(2));
  EXPECT_EQ(opened->unbelieved_rows(), 2);
  EXPECT_EQ(breaches_.Open(Admin(), request)->name(), opened->name()) << "a repeat is the same";
  EXPECT_THAT(See(Admin(), opened->name())->incidents(), SizeIs(2));
  std::map<std::string, v1::BreachReader> by_person;
  for (const v1::BreachReader& one : opened->readers()) by_person[one.person()] = one;
  EXPECT_EQ(by_person["snoop"].read_cases(), 2);
  EXPECT_EQ(by_person["snoop"].readable_cases(), 0);
  ASSERT_EQ(by_person.count("local/desk1"), 1u) << "of the policy's roster";
  EXPECT_EQ(by_person["local/desk1"].readable_cases(), 2);
  EXPECT_EQ(by_person["local/desk1"].read_cases(), 0);

  const std::string running = absl::StrCat(":", v1::DEADLINE_STATE_RUNNING);
  const std::string done = absl::StrCat(":", v1::DEADLINE_STATE_COMPLETED);
  const auto clocks = [&](const std::string& of_case) {
    return Clocks(of_case, mamori::v1::CLOCK_REGIME_APPI);
  };
  using ::testing::ElementsAre;
  for (const std::string& one : {by_case, by_report}) {
    EXPECT_THAT(clocks(one), ElementsAre("appi.final" + running, "appi.preliminary" + running));
  }
  EXPECT_THAT(clocks(unread), SizeIs(0));
  EXPECT_THAT(Step(opened->name(), v1::LEAK_STEP_KIND_CLOSED),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  ASSERT_THAT(Step(opened->name(), v1::LEAK_STEP_KIND_PRELIMINARY_REPORT), IsOk());
  for (const std::string& one : {by_case, by_report}) {
    EXPECT_THAT(clocks(one), ElementsAre("appi.final" + running, "appi.preliminary" + done));
  }
  ASSERT_THAT(Step(opened->name(), v1::LEAK_STEP_KIND_FINAL_REPORT), IsOk());
  const auto closed = Step(opened->name(), v1::LEAK_STEP_KIND_CLOSED);
  ASSERT_THAT(closed, IsOk());
  EXPECT_TRUE(closed->closed());
  EXPECT_THAT(closed->steps(), SizeIs(3));
  for (const std::string& one : {by_case, by_report}) {
    EXPECT_THAT(clocks(one), ElementsAre("appi.final" + done, "appi.preliminary" + done));
  }
  EXPECT_THAT(Step(opened->name(), v1::LEAK_STEP_KIND_OTHER),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(BreachTest, OfHiddenCasesNothingIsToldNorOpened) {
  const std::string hidden = Judged(), seen = Judged();
  ASSERT_THAT(KeepOut(hidden, "out"), IsOk());
  EXPECT_THAT(breaches_.Open(Admin("out"), Opening({seen, hidden})),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(breaches_.Open(Admin("out"), Opening({hidden})).status(),
            breaches_.Open(Admin("out"), Opening({id::Name("cases", ids_.NewId())})).status());
  source_.read.cases = {*id::FromName("cases", hidden), *id::FromName("cases", seen)};
  const auto theirs = breaches_.Open(Admin("out"), Opening({}));
  ASSERT_THAT(theirs, IsOk());
  EXPECT_THAT(theirs->incidents(), SizeIs(1));
  const auto all = breaches_.Open(Admin(), Opening({seen, hidden}));
  ASSERT_THAT(all, IsOk());
  EXPECT_THAT(all->incidents(), SizeIs(2));
  const auto part = See(Admin("out"), all->name());
  ASSERT_THAT(part, IsOk());
  EXPECT_THAT(part->incidents(), SizeIs(1));
  for (const v1::BreachReader& one : part->readers()) EXPECT_LE(one.readable_cases(), 1);
  EXPECT_NE(part->etag(), See(Admin(), all->name())->etag());
}

TEST_F(BreachTest, ACaseThatWasMergedIsTheOneThatGoesOn) {
  const std::string merged = Judged(), into = Judged(), other = Judged();
  auto merge = Verb<v1::MergeCasesRequest>(merged);
  merge.set_into(into);
  ASSERT_THAT(cases_.Merge(Call("Merge"), merge), IsOk());
  const auto request = Opening({other, merged, into});
  const auto opened = breaches_.Open(Admin(), request);
  ASSERT_THAT(opened, IsOk());
  EXPECT_THAT(opened->incidents(), SizeIs(2));
  EXPECT_THAT(breaches_.Open(Admin(), request), IsOk());
  EXPECT_THAT(Clocks(into, mamori::v1::CLOCK_REGIME_APPI), SizeIs(2));
  EXPECT_THAT(Clocks(other, mamori::v1::CLOCK_REGIME_APPI), SizeIs(2));
  // Of one that is gone nothing is begun, neither here nor in the others.
  const int64_t before = database_.Number("SELECT COUNT(*) FROM tenant_record");
  database_.Execute("UPDATE case_record SET state = 20 WHERE case_id = ?",
                    db::Params().Add(*id::FromName("cases", into)));
  EXPECT_THAT(breaches_.Open(Admin(), Opening({other, into})),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM tenant_record"), before);
  EXPECT_THAT(Clocks(other, mamori::v1::CLOCK_REGIME_APPI), SizeIs(2));
}

TEST_F(BreachTest, ItIsNotForWhoseAccessLeakedNorForTheDesk) {
  source_.read.cases = {*id::FromName("cases", Judged())};
  const auto opened = breaches_.Open(Admin(), Opening({}));
  ASSERT_THAT(opened, IsOk());
  const std::string random = id::Name("breaches", ids_.NewId());
  for (const server::CallContext& call : {Admin("snoop"), As("X", "desk-1", {"desk", "lawyer"})}) {
    EXPECT_EQ(See(call, opened->name()).status(), See(call, random).status());
    EXPECT_THAT(See(call, opened->name()), StatusIs(absl::StatusCode::kNotFound));
  }
  EXPECT_THAT(breaches_.List(Admin("snoop"), {})->breaches(), SizeIs(0));
  EXPECT_THAT(breaches_.List(Admin(), {})->breaches(), SizeIs(1));
  EXPECT_THAT(breaches_.List(As("X", "desk-1", {"desk"}), {}),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  EXPECT_THAT(breaches_.Open(Admin("snoop"), Opening({})),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  auto wrong = Opening({});
  wrong.mutable_breach()->clear_person();
  EXPECT_THAT(breaches_.Open(Admin(), wrong), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace mamori::triage
