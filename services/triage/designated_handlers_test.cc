// Who may have a whistleblower's case, on a real database: by the book and against it.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <thread>

#include "services/triage/designations.h"
#include "services/triage/test_people_fixture.h"

namespace mamori::triage {
namespace {

using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

TEST_F(PeopleTest, AWhistleblowersCaseIsOnlyADesignatedHandlersWhoAccepted) {
  const std::string name = Judged();
  EXPECT_THAT(Assign(name, "anybody"), IsOk()) << "an ordinary case";
  const auto not_designated = HasReason(mamori::v1::ERROR_REASON_HANDLER_NOT_DESIGNATED);
  EXPECT_THAT(StartWhistleblower(name), not_designated) << "the one who has it is none";
  const auto handler = Designated("handler");
  EXPECT_THAT(Assign(name, "handler"), IsOk());
  EXPECT_THAT(StartWhistleblower(name), not_designated) << "not accepted";
  EXPECT_THAT(Accept("handler", handler.name(), "0"), StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_THAT(Accept("handler", handler.name()), IsOk());
  ASSERT_THAT(StartWhistleblower(name), IsOk());
  EXPECT_THAT(Assign(name, "anybody"), not_designated);
  auto claim = Verb<v1::ClaimCaseRequest>(name);
  EXPECT_FALSE(cases_.Claim(Call("Claim", "desk-9"), claim).ok());
  auto hand_over = Verb<v1::HandOverCaseRequest>(name);
  hand_over.set_assignee("anybody");
  hand_over.set_note("please");
  EXPECT_THAT(tasks_.HandOver(Call("HandOver"), hand_over), not_designated);
  const auto second = Designated("second");
  EXPECT_THAT(Assign(name, "second"), not_designated);
  ASSERT_THAT(Accept("second", second.name()), IsOk());
  EXPECT_THAT(Assign(name, "second"), IsOk());
  auto withdraw = Verb<v1::WithdrawDesignationRequest>(handler.name());
  withdraw.set_cause(v1::WITHDRAWAL_CAUSE_DECLINED);
  ASSERT_THAT(handlers_.Withdraw(As("Withdraw", "handler", {}), withdraw), IsOk());
  EXPECT_THAT(Assign(name, "handler"), not_designated);
}

// With nobody designated unless the database says so.
class HandlersOnlyTest : public PeopleTest {
 protected:
  HandlersOnlyTest() { directory_.real = &designations_; }

  void Refresh() { EXPECT_THAT(designations_.RunOnce(), IsOk()); }
  std::string Handler(const std::string& person) {
    const auto handler = Designated(person);
    EXPECT_THAT(Accept(person, handler.name()), IsOk());
    Refresh();
    return handler.name();
  }
  absl::Status Read(const std::string& name, const std::string& person) {
    v1::GetCaseRequest request;
    request.set_name(name);
    return cases_.Get(Call("GetCase", person), request).status();
  }
  absl::Status Note(const std::string& name, const std::string& person) {
    auto request = Verb<v1::AddNoteRequest>(name);
    request.mutable_note()->set_text("n");
    return cases_.AddNote(Call("AddNote", person), request).status();
  }
  bool Lists(const std::string& name, const std::string& person) {
    const auto page = cases_.List(Call("ListCases", person), {});
    EXPECT_THAT(page, IsOk());
    return std::any_of(page->cases().begin(), page->cases().end(),
                       [&](const mamori::v1::Case& one) { return one.name() == name; });
  }

  Designations designations_{database_.transactor(), seal_, later_, "1"};
};

TEST_F(HandlersOnlyTest, NobodyElseReadsAWhistleblowersCaseNorWorksOnIt) {
  const std::string name = Judged(), other = Judged();
  auto let_in = Verb<v1::AddMemberRequest>(name);
  let_in.set_person("guest");
  ASSERT_THAT(access_.AddMember(Call("AddMember"), let_in), IsOk());
  EXPECT_THAT(Read(name, "desk-2"), IsOk());
  EXPECT_TRUE(Lists(name, "desk-2"));
  ASSERT_THAT(StartWhistleblower(name), IsOk());
  const std::string handler = Handler("handler");
  const std::string never = id::Name("cases", ids_.NewId());
  for (const char* person : {"desk-1", "desk-2", "guest"}) {
    EXPECT_EQ(Read(name, person), Read(never, person)) << "also whoever started the clock";
    EXPECT_EQ(Note(name, person), Note(never, person));
    EXPECT_THAT(Note(name, person), StatusIs(absl::StatusCode::kNotFound));
    EXPECT_FALSE(Lists(name, person));
    EXPECT_TRUE(Lists(other, person)) << "an ordinary one";
  }
  EXPECT_THAT(Read(name, "handler"), IsOk());
  EXPECT_THAT(Note(name, "handler"), IsOk());
  EXPECT_TRUE(Lists(name, "handler"));
  // Those who look after access let nobody in by it.
  v1::GetAccessRequest access;
  access.set_name(name);
  EXPECT_THAT(access_.Get(As("GetAccess", "admin", {"admin"}), access), IsOk());
  let_in.set_request_id("let-in-again");
  let_in.set_person("desk-2");
  ASSERT_THAT(access_.AddMember(As("AddMember", "admin", {"admin"}), let_in), IsOk());
  EXPECT_THAT(Read(name, "desk-2"), StatusIs(absl::StatusCode::kNotFound));
  // It lasts as long as the designation.
  auto withdraw = Verb<v1::WithdrawDesignationRequest>(handler);
  withdraw.set_cause(v1::WITHDRAWAL_CAUSE_TERM);
  ASSERT_THAT(handlers_.Withdraw(As("Withdraw", "admin", {"admin"}), withdraw), IsOk());
  Refresh();
  EXPECT_THAT(Read(name, "handler"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_FALSE(Lists(name, "handler"));
}

TEST_F(HandlersOnlyTest, WhatIsNotKnownAnyMoreLetsNobodyIn) {
  const std::string name = Judged();
  ASSERT_THAT(StartWhistleblower(name), IsOk());
  Handler("handler");
  later_.offset += absl::Seconds(4);
  EXPECT_THAT(Read(name, "handler"), IsOk());
  later_.offset += absl::Seconds(2);
  EXPECT_THAT(Read(name, "handler"), StatusIs(absl::StatusCode::kNotFound));
  Refresh();
  EXPECT_THAT(Read(name, "handler"), IsOk());
  later_.offset -= absl::Seconds(10);
  EXPECT_THAT(Read(name, "handler"), StatusIs(absl::StatusCode::kNotFound)) << "nor by a clock";
  later_.offset += absl::Seconds(10);
  // Nor for duties that are no longer in force.
  Designations renewed{database_.transactor(), seal_, later_, "2"};
  EXPECT_THAT(renewed.RunOnce(), IsOk());
  EXPECT_FALSE(renewed.IsDesignated("t", "handler"));
  EXPECT_TRUE(designations_.IsDesignated("t", "handler"));
  EXPECT_FALSE(designations_.IsDesignated("other", "handler"));
}

// It stands in the record of who may see the case, which nobody changes in the database.
TEST_F(HandlersOnlyTest, ItStaysOneWhateverIsDeleted) {
  const std::string name = Judged(), into = Judged();
  ASSERT_THAT(StartWhistleblower(name), IsOk());
  database_.Run("DELETE FROM deadline");
  EXPECT_THAT(Read(name, "desk-2"), StatusIs(absl::StatusCode::kNotFound));
  Handler("handler");
  auto claim = Verb<v1::ClaimCaseRequest>(name);
  EXPECT_THAT(cases_.Claim(Call("ClaimCase", "desk-2"), claim),
              StatusIs(absl::StatusCode::kNotFound));
  claim.set_request_id("by-a-handler");
  EXPECT_THAT(cases_.Claim(Call("ClaimCase", "handler"), claim), IsOk());
  // A case that it is merged into becomes one.
  auto merge = Verb<v1::MergeCasesRequest>(name);
  merge.set_into(into);
  ASSERT_THAT(cases_.Merge(Call("MergeCases", "handler"), merge), IsOk());
  EXPECT_THAT(Read(into, "desk-2"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Read(into, "handler"), IsOk());
}

// Of a case that another one was merged into, the report of which is taken out again.
class MovedReportTest : public PeopleTest {
 protected:
  absl::Status Merge(const std::string& from, const std::string& into) {
    auto request = Verb<v1::MergeCasesRequest>(from);
    request.set_into(into);
    return cases_.Merge(Call("Merge"), request).status();
  }
  std::string Split(const std::string& name, const std::string& report) {
    auto request = Verb<v1::SplitReportRequest>(name);
    request.set_report(report);
    request.set_reason("another matter");
    const auto beside = timed_tasks_.Split(Call("Split"), request);
    EXPECT_THAT(beside, IsOk());
    return beside.ok() ? beside->name() : "";
  }
  absl::Time StartOf(const std::string& of_case, const std::string& clock) {
    const db::Rows rows =
        database_.Query("SELECT start_time FROM deadline WHERE case_id = ? AND clock = ?",
                        db::Params().Add(*id::FromName("cases", of_case)).Add(clock));
    EXPECT_EQ(rows.size(), 1u) << clock;
    return rows.size() == 1 ? rows[0].GetTime(0) : absl::InfinitePast();
  }

  Tasks timed_tasks_{timed_};
};

TEST_F(MovedReportTest, AWhistleblowersReportIsAHandlersWhereverItGoes) {
  const auto not_designated = HasReason(mamori::v1::ERROR_REASON_HANDLER_NOT_DESIGNATED);
  const std::string one = Judged(), other = Judged();
  const std::string report = Get(one).reports(0);
  ASSERT_THAT(Merge(one, other), IsOk());
  ASSERT_THAT(StartWhistleblower(other), IsOk());
  const std::string beside = Split(other, report);
  EXPECT_THAT(Assign(beside, "anybody"), not_designated);
  for (const char* clock : {"whistleblower.notice", "whistleblower.watch"}) {
    EXPECT_EQ(StartOf(beside, clock), StartOf(other, clock)) << "owed since then";
  }
  EXPECT_NE(StartOf(beside, "company.acknowledge"), absl::InfinitePast()) << "its own";
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM timer t JOIN deadline d ON d.case_id ="
                             " t.subject_id WHERE t.due_time > d.next_time"),
            0);
}

TEST_F(MovedReportTest, NoMergeGivesAWhistleblowersCaseToAnybody) {
  const auto not_designated = HasReason(mamori::v1::ERROR_REASON_HANDLER_NOT_DESIGNATED);
  const std::string ordinary = Judged(), whistleblower = Judged(), handled = Judged();
  ASSERT_THAT(Assign(ordinary, "anybody"), IsOk());
  ASSERT_THAT(StartWhistleblower(whistleblower), IsOk());
  EXPECT_THAT(Merge(whistleblower, ordinary), not_designated);
  EXPECT_EQ(Get(whistleblower).state(), mamori::v1::CASE_STATE_TRIAGED);
  // Nor once its clocks have ended.
  database_.Run("UPDATE deadline SET state = 3");
  EXPECT_THAT(Merge(whistleblower, ordinary), not_designated);
  const auto handler = Designated("handler");
  ASSERT_THAT(Accept("handler", handler.name()), IsOk());
  ASSERT_THAT(Assign(handled, "handler"), IsOk());
  EXPECT_THAT(Merge(whistleblower, handled), IsOk());
}

TEST_F(MovedReportTest, OfAnAnonymousCaseWhatIsTakenOutIsToldByTheDay) {
  const std::string one = Judged(), other = Judged();
  const std::string report = Get(one).reports(0);
  ASSERT_THAT(Merge(one, other), IsOk());
  database_.Run("UPDATE case_record SET anonymous = 1");
  const std::string beside = Split(other, report);
  const db::Params params = db::Params().Add(*id::FromName("cases", beside));
  EXPECT_EQ(database_
                .Query("SELECT create_time % 86400000000 + update_time % 86400000000 FROM"
                       " case_record WHERE case_id = ?",
                       params)[0]
                .GetInt64(0),
            0);
  EXPECT_EQ(database_
                .Query("SELECT CAST(COALESCE(SUM(start_time % 86400000000), -1) AS SIGNED) FROM "
                       "deadline WHERE"
                       " case_id = ?",
                       params)[0]
                .GetInt64(0),
            0);
  EXPECT_GE(StartOf(beside, "company.acknowledge"), later_.Now()) << "none is missed at once";
}

TEST_F(PeopleTest, EndingADesignationTakesItsCasesAway) {
  const auto assignee = [&](const std::string& of_case) {
    return database_
        .Query("SELECT assignee FROM case_record WHERE case_id = ?",
               db::Params().Add(*id::FromName("cases", of_case)))[0]
        .GetBytes(0);
  };
  const auto leaver = Designated("leaver");
  const auto heir = Designated("heir");
  ASSERT_THAT(Accept("leaver", leaver.name()), IsOk());
  const std::string given = Judged();
  const std::string hidden = Judged();
  const std::string ordinary = Judged();
  for (const std::string& name : {given, hidden, ordinary}) {
    ASSERT_THAT(Assign(name, "leaver"), IsOk());
  }
  ASSERT_THAT(StartWhistleblower(given), IsOk());
  ASSERT_THAT(StartWhistleblower(hidden), IsOk());
  auto keep_out = Verb<v1::ExcludePersonRequest>(hidden);
  keep_out.set_person("heir");
  ASSERT_THAT(access_.Exclude(Call("ExcludePerson"), keep_out), IsOk());
  auto withdraw = Verb<v1::WithdrawDesignationRequest>(leaver.name());
  withdraw.set_cause(v1::WITHDRAWAL_CAUSE_BREACH);
  withdraw.set_successor("leaver");
  const auto admin = As("Withdraw", "admin", {"admin"});
  EXPECT_THAT(handlers_.Withdraw(admin, withdraw), StatusIs(absl::StatusCode::kInvalidArgument));
  withdraw.set_successor("heir");
  EXPECT_THAT(handlers_.Withdraw(admin, withdraw),
              HasReason(mamori::v1::ERROR_REASON_HANDLER_NOT_DESIGNATED))
      << "has not accepted";
  EXPECT_EQ(assignee(given), "leaver") << "all or nothing";
  ASSERT_THAT(Accept("heir", heir.name()), IsOk());
  const auto ended = handlers_.Withdraw(admin, withdraw);
  ASSERT_THAT(ended, IsOk());
  EXPECT_EQ(ended->state(), v1::DESIGNATION_STATE_WITHDRAWN);
  EXPECT_EQ(assignee(given), "heir");
  EXPECT_EQ(assignee(hidden), "") << "the successor is kept out of it";
  EXPECT_EQ(assignee(ordinary), "leaver") << "no designation is needed for it";
  // The same request again changes nothing, and a closed case goes along too.
  ASSERT_THAT(Assign(given, "heir"), IsOk());
  EXPECT_THAT(handlers_.Withdraw(admin, withdraw), IsOk());
  EXPECT_EQ(assignee(given), "heir");
  database_.Execute("UPDATE case_record SET state = 7 WHERE case_id = ?",
                    db::Params().Add(*id::FromName("cases", given)));
  auto last = Verb<v1::WithdrawDesignationRequest>(heir.name());
  last.set_cause(v1::WITHDRAWAL_CAUSE_TERM);
  ASSERT_THAT(handlers_.Withdraw(As("Withdraw", "heir", {}), last), IsOk());
  EXPECT_EQ(assignee(given), "") << "nobody has it until somebody else who may takes it";
}

TEST_F(PeopleTest, DesignationsAreKnownToFewAndBelievedFromNobodyElse) {
  const auto handler = Designated("handler");
  v1::GetDesignatedHandlerRequest get;
  get.set_name(handler.name());
  v1::GetDesignatedHandlerRequest none;
  none.set_name(id::Name("handlers", ids_.NewId()));
  const auto desk = As("Get", "desk-1", {"desk", "executive", "lawyer", "consultation"});
  EXPECT_EQ(handlers_.Get(desk, get).status(), handlers_.Get(desk, none).status());
  EXPECT_THAT(handlers_.Get(desk, get), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(handlers_.Get(As("Get", "handler", {}), get), IsOk());
  EXPECT_THAT(handlers_.Get(As("Get", "x", {"auditor"}), get), IsOk());
  auto stranger = As("Get", "x", {"admin"});
  stranger.tenant = "other";
  EXPECT_THAT(handlers_.Get(stranger, get), StatusIs(absl::StatusCode::kNotFound));
  Designated("a-first");
  Designated("z-last");
  v1::ListDesignatedHandlersRequest list;
  list.set_page_size(2);
  auto page = handlers_.List(As("List", "x", {"auditor"}), list);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->handlers(0).person(), "a-first");
  list.set_page_token(page->next_page_token());
  page = handlers_.List(As("List", "x", {"auditor"}), list);
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->handlers(), SizeIs(1));
  EXPECT_EQ(page->next_page_token(), "");
  list.clear_page_token();
  page = handlers_.List(As("List", "handler", {"desk"}), list);
  ASSERT_THAT(page->handlers(), SizeIs(1)) << "one's own alone";
  EXPECT_EQ(page->next_page_token(), "");
  v1::DesignateHandlerRequest self;
  self.set_request_id("designate-self");
  self.set_person("admin");
  EXPECT_THAT(handlers_.Designate(As("Designate", "admin", {"admin"}), self),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  // As the database's root: an acceptance written in, an older row put back, another's person.
  const id::Id handler_id = *id::FromName("handlers", handler.name());
  const db::Rows old =
      database_.Query("SELECT version, tag, record FROM handler_designation WHERE handler_id = ?",
                      db::Params().Add(handler_id));
  v1::DesignatedHandler forged;
  ASSERT_TRUE(forged.ParseFromString(old[0].GetBytes(2)));
  forged.set_state(v1::DESIGNATION_STATE_ACCEPTED);
  forged.set_duty_version("1");
  database_.Execute("UPDATE handler_designation SET record = ? WHERE handler_id = ?",
                    db::Params().Add(forged.SerializeAsString()).Add(handler_id));
  EXPECT_THAT(handlers_.Get(As("Get", "x", {"admin"}), get), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_GE(telemetry_.Take("tag"), 1);
  database_.Execute("UPDATE handler_designation SET record = ? WHERE handler_id = ?",
                    db::Params().Add(old[0].GetBytes(2)).Add(handler_id));
  ASSERT_THAT(Accept("handler", handler.name()), IsOk());
  const std::string name = Judged();
  ASSERT_THAT(Assign(name, "handler"), IsOk());
  ASSERT_THAT(StartWhistleblower(name), IsOk());
  database_.Execute("UPDATE handler_designation SET person = 'friend' WHERE handler_id = ?",
                    db::Params().Add(handler_id));
  EXPECT_THAT(Assign(name, "friend"), HasReason(mamori::v1::ERROR_REASON_HANDLER_NOT_DESIGNATED));
  database_.Execute("UPDATE handler_designation SET person = 'handler' WHERE handler_id = ?",
                    db::Params().Add(handler_id));
  auto withdraw = Verb<v1::WithdrawDesignationRequest>(handler.name());
  withdraw.set_cause(v1::WITHDRAWAL_CAUSE_BREACH);
  const db::Rows accepted =
      database_.Query("SELECT version, tag, record FROM handler_designation WHERE handler_id = ?",
                      db::Params().Add(handler_id));
  ASSERT_THAT(handlers_.Withdraw(As("Withdraw", "admin", {"admin"}), withdraw), IsOk());
  database_.Execute(
      "UPDATE handler_designation SET version = ?, tag = ?, record = ? WHERE handler_id = ?",
      db::Params()
          .Add(accepted[0].GetInt64(0))
          .Add(accepted[0].GetBytes(1))
          .Add(accepted[0].GetBytes(2))
          .Add(handler_id));
  const auto second = Designated("second");
  ASSERT_THAT(Accept("second", second.name()), IsOk());
  ASSERT_THAT(Assign(name, "second"), IsOk());
  EXPECT_THAT(Assign(name, "handler"), HasReason(mamori::v1::ERROR_REASON_HANDLER_NOT_DESIGNATED));
  EXPECT_GE(telemetry_.Take("replayed"), 1);
}

TEST_F(PeopleTest, AWithdrawalAndAnAssignmentDoNotOverlookEachOther) {
  const std::string name = Judged();
  ASSERT_THAT(StartWhistleblower(name), IsOk());
  const auto standby = Designated("standby");
  ASSERT_THAT(Accept("standby", standby.name()), IsOk());
  for (int round = 0; round < 4; ++round) {
    const std::string person = absl::StrCat("handler-", round);
    const auto handler = Designated(person);
    ASSERT_THAT(Accept(person, handler.name()), IsOk());
    auto withdraw = Verb<v1::WithdrawDesignationRequest>(handler.name());
    withdraw.set_cause(v1::WITHDRAWAL_CAUSE_TERM);
    auto assign = Verb<v1::AssignCaseRequest>(name);
    assign.set_assignee(person);
    std::thread ends([&] {
      EXPECT_THAT(handlers_.Withdraw(As("Withdraw", "admin", {"admin"}), withdraw), IsOk());
    });
    const absl::Status assigned = cases_.Assign(Call("AssignCase"), assign).status();
    ends.join();
    EXPECT_TRUE(assigned.ok() ||
                status::HasReason(assigned, mamori::v1::ERROR_REASON_HANDLER_NOT_DESIGNATED))
        << assigned;
    ASSERT_THAT(Assign(name, "standby"), IsOk());
    EXPECT_THAT(Assign(name, person), HasReason(mamori::v1::ERROR_REASON_HANDLER_NOT_DESIGNATED));
  }
}

}  // namespace
}  // namespace mamori::triage
