// The act of two persons that opens an identity, on a real database: by the book and against it;
// and who let whom in, told by what the record was before.
#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "common/authn/statement.h"
#include "common/sealing/fields.h"
#include "services/triage/test_guarded_fixture.h"

namespace mamori::triage {
namespace {

using absl::StatusCode;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;
using v1::TwoPersonAct;

class IdentityActTest : public GuardedFixture {
 protected:
  IdentityActTest() {
    case_ = Open("x").name();
    report_ = Get(case_).reports(0);
  }
  v1::RequestActRequest AskIdentity(const std::string& of_case, const std::string& report) {
    v1::RequestActRequest request = Ask(v1::ACT_KIND_UNSEAL_IDENTITY, of_case);
    v1::ActField& field = *request.mutable_act()->add_fields();
    field.set_name("report");
    field.set_value(report);
    return request;
  }
  v1::UseIdentityActRequest Using(const TwoPersonAct& act, const std::string& report) {
    v1::UseIdentityActRequest request;
    request.set_request_id(absl::StrCat("use-identity-", ++requests_));
    request.set_act(act.name());
    request.set_report(report);
    return request;
  }
  // As intake asks for the person: with a statement over what is named.
  server::CallContext For(const std::string& person, const v1::UseIdentityActRequest& request) {
    server::CallContext call = As(person);
    call.method = "/mamori.triage.v1.TwoPersonService/UseIdentityAct";
    call.caller = "spiffe://mamori.internal/service/intake";
    call.resource = authn::ResourceOf({request.act(), request.report()});
    return call;
  }
  absl::StatusOr<v1::UseIdentityActResponse> Use(const std::string& person, const TwoPersonAct& act,
                                                 const std::string& report) {
    const auto request = Using(act, report);
    return acts_.UseIdentity(For(person, request), request);
  }
  absl::Status AddMember(const std::string& person, const std::string& by) {
    auto add = Verb<v1::AddMemberRequest>(case_);
    add.set_person(person);
    return access_.AddMember(As(by), add).status();
  }
  absl::Status RemoveMember(const std::string& person, const std::string& by) {
    auto remove = Verb<v1::RemoveMemberRequest>(case_);
    remove.set_person(person);
    return access_.RemoveMember(As(by), remove).status();
  }

  std::string case_;
  std::string report_;
};

TEST_F(IdentityActTest, TwoPersonsUseItOnceForOneReport) {
  const TwoPersonAct act = Approved(AskIdentity(case_, report_));
  EXPECT_THAT(Use("a", act, report_), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY))
      << "its wait";
  WaitOver();
  EXPECT_THAT(Use("c", act, report_), HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
  const auto request = Using(act, report_);
  for (int i = 0; i < 2; ++i) {  // the same call again is the same use
    const auto used = acts_.UseIdentity(For("b", request), request);
    ASSERT_THAT(used, IsOk());
    EXPECT_TRUE(used->tell_reporter());
  }
  EXPECT_THAT(Use("b", act, report_), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY)) << "used";
  EXPECT_THAT(Use("a", act, report_), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
  v1::GetActRequest get;
  get.set_name(act.name());
  EXPECT_EQ(acts_.Get(As("c"), get)->state(), v1::ACT_STATE_USED);
  EXPECT_EQ(database_
                .Query("SELECT COUNT(*) FROM audit_entry WHERE kind = 110 AND resource_id = ?",
                       db::Params().Add(*id::FromName("acts", act.name())))[0]
                .GetInt64(0),
            2)
      << "approved and used, beside the first";
}

TEST_F(IdentityActTest, ItIsBoundToTheReportTheCaseAndTheVersion) {
  // Of another report, of this case or another.
  const auto joined = Receive("y", mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT, case_);
  ASSERT_THAT(Apply({joined})[0], IsOk());
  const std::string beside = id::Name("reports", joined.subject_id());
  const std::string elsewhere = Get(Open("z").name()).reports(0);
  EXPECT_THAT(acts_.Request(As("a"), AskIdentity(case_, elsewhere)),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  const TwoPersonAct act = Approved(AskIdentity(case_, report_));
  WaitOver();
  EXPECT_THAT(Use("a", act, beside), HasReason(mamori::v1::ERROR_REASON_ACT_MISMATCH));
  EXPECT_THAT(Use("a", act, elsewhere), StatusIs(StatusCode::kNotFound)) << "not of this case";
  EXPECT_THAT(Use("a", act, id::Name("reports", ids_.NewId())), StatusIs(StatusCode::kNotFound));
  // Who may see the case has changed.
  ASSERT_THAT(Exclude(case_, "somebody"), IsOk());
  EXPECT_THAT(Use("a", act, report_), HasReason(mamori::v1::ERROR_REASON_ACT_MISMATCH));
  // Of another kind.
  const TwoPersonAct removal = Approved(AskRemoval(case_, "somebody"));
  WaitOver();
  EXPECT_THAT(Use("a", removal, report_), HasReason(mamori::v1::ERROR_REASON_ACT_MISMATCH));
  // After its time.
  const TwoPersonAct late = Approved(AskIdentity(case_, report_));
  fake_.Advance(absl::Hours(24));
  EXPECT_THAT(Use("a", late, report_), HasReason(mamori::v1::ERROR_REASON_ACT_EXPIRED));
}

TEST_F(IdentityActTest, NeitherOfBothIsKeptOutNorWeaklyAuthenticatedNorUnsignedFor) {
  const TwoPersonAct act = Approved(AskIdentity(case_, report_));
  WaitOver();
  const auto request = Using(act, report_);
  auto weak = For("a", request);
  weak.strong = false;
  EXPECT_THAT(acts_.UseIdentity(weak, request),
              HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED));
  auto desk = For("a", request);
  desk.roles = {"desk"};
  EXPECT_THAT(acts_.UseIdentity(desk, request),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  auto unsigned_for = For("a", request);
  unsigned_for.resource = authn::ResourceOf({request.act(), "reports/another"});
  EXPECT_THAT(acts_.UseIdentity(unsigned_for, request), StatusIs(StatusCode::kUnauthenticated));
  ASSERT_THAT(Exclude(case_, "b"), IsOk());
  EXPECT_THAT(Use("b", act, report_), StatusIs(StatusCode::kNotFound));
  EXPECT_FALSE(Use("a", act, report_).ok()) << "nor can the other go on for both";
  // One person twice, under whatever request.
  const auto alone = acts_.Request(As("a"), AskIdentity(case_, report_));
  ASSERT_THAT(alone, IsOk());
  EXPECT_THAT(Approve("a", *alone), HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
}

TEST_F(IdentityActTest, ARaceUsesItOnce) {
  for (int round = 0; round < 3; ++round) {
    const TwoPersonAct act = Approved(AskIdentity(case_, report_));
    WaitOver();
    std::vector<v1::UseIdentityActRequest> requests;
    for (int i = 0; i < 8; ++i) requests.push_back(Using(act, report_));
    std::atomic<int> won = 0, lost = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        const auto used = acts_.UseIdentity(For(i % 2 == 0 ? "a" : "b", requests[i]), requests[i]);
        if (used.ok()) {
          ++won;
        } else if (status::HasReason(used.status(), mamori::v1::ERROR_REASON_ACT_NOT_READY)) {
          ++lost;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, 7);
  }
}

TEST_F(IdentityActTest, WhatTheDatabasesRootWritesUsesNothing) {
  const auto asked = acts_.Request(As("a"), AskIdentity(case_, report_));
  ASSERT_THAT(asked, IsOk());
  const id::Id act_id = *id::FromName("acts", asked->name());
  const auto record = [&] {
    return database_.Query("SELECT version, tag, record FROM two_person_act WHERE act_id = ?",
                           db::Params().Add(act_id));
  };
  // An approval by one's own hand: whoever has the case's key, and not that of the access records.
  const db::Rows requested = record();
  TwoPersonAct forged = *asked;
  forged.add_approvals()->set_person("b");
  forged.set_state(v1::ACT_STATE_APPROVED);
  const auto key = keys_.sealer().FetchKey("t", requested[0].GetBytes(2), Deadline());
  ASSERT_THAT(key, IsOk());
  database_.Execute("UPDATE two_person_act SET record = ? WHERE act_id = ?",
                    db::Params()
                        .Add(key->Seal(sealing::ActRecord("t", act_id, forged.version()),
                                       forged.SerializeAsString()))
                        .Add(act_id));
  WaitOver();
  EXPECT_THAT(Use("a", *asked, report_), StatusIs(StatusCode::kNotFound));
  database_.Execute("UPDATE two_person_act SET record = ? WHERE act_id = ?",
                    db::Params().Add(requested[0].GetBytes(2)).Add(act_id));
  ASSERT_THAT(Approve("b", *asked), IsOk());
  // Used, and put back to what it was before.
  const db::Rows approved = record();
  ASSERT_THAT(Use("a", *asked, report_), IsOk());
  database_.Execute("UPDATE two_person_act SET version = ?, tag = ?, record = ? WHERE act_id = ?",
                    db::Params()
                        .Add(approved[0].GetInt64(0))
                        .Add(approved[0].GetBytes(1))
                        .Add(approved[0].GetBytes(2))
                        .Add(act_id));
  EXPECT_THAT(Use("b", *asked, report_), StatusIs(StatusCode::kNotFound));
  // The report moved to a case of which an act was approved.
  const std::string other = Get(Open("z").name()).reports(0);
  const TwoPersonAct act = Approved(AskIdentity(case_, report_));
  WaitOver();
  database_.Execute(
      "UPDATE case_report SET case_id = ? WHERE report_id = ?",
      db::Params().Add(*id::FromName("cases", case_)).Add(*id::FromName("reports", other)));
  EXPECT_THAT(Use("a", act, other), HasReason(mamori::v1::ERROR_REASON_ACT_MISMATCH));
}

TEST_F(IdentityActTest, WhoLetWhomInIsToldByThePast) {
  const auto not_allowed = HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED);
  // Let in by "a", taken out, and let in by somebody else: still not independent.
  ASSERT_THAT(AddMember("b", "a"), IsOk());
  ASSERT_THAT(RemoveMember("b", "c"), IsOk());
  ASSERT_THAT(AddMember("b", "c"), IsOk());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM case_access_past"), 3);
  const auto asked = acts_.Request(As("a"), AskIdentity(case_, report_));
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(Approve("b", *asked), not_allowed);
  EXPECT_THAT(Approve("c", *asked), IsOk());
  const auto turned = acts_.Request(As("b"), AskIdentity(case_, report_));
  ASSERT_THAT(turned, IsOk());
  EXPECT_THAT(Approve("a", *turned), not_allowed);
  EXPECT_THAT(Approve("c", *turned), not_allowed);
  // As the database's root: whoever takes the past away takes every second person away.
  const auto again = acts_.Request(As("a"), AskIdentity(case_, report_));
  ASSERT_THAT(again, IsOk());
  WaitOver();
  database_.Run("DELETE FROM case_access_past WHERE version = 2");
  EXPECT_THAT(Approve("d", *again), not_allowed);
  EXPECT_THAT(Use("a", *asked, report_), not_allowed);
  EXPECT_GE(telemetry_.Take("missing"), 1);
  database_.Run("UPDATE case_access_past SET version = 2 WHERE version = 1");
  EXPECT_THAT(Approve("d", *again), not_allowed);
}

}  // namespace
}  // namespace mamori::triage
