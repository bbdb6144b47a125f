// The verbs on access, and what other services are told.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/triage/test_triage_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

constexpr auto kInternal = mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT;

class AccessVerbsTest : public TriageFixture {
 protected:
  server::CallContext As(const std::string& person, std::vector<std::string> roles) const {
    server::CallContext call = Call("m", person);
    call.roles = std::move(roles);
    return call;
  }
  bool Sees(const server::CallContext& call, const std::string& name) {
    v1::GetCaseRequest request;
    request.set_name(name);
    return cases_.Get(call, request).ok();
  }
  template <typename Request>
  Request About(const std::string& name, const std::string& person) {
    Request request = Verb<Request>(name);
    request.set_person(person);
    return request;
  }
  v1::MatchActorRequest Slot(const std::string& name, const std::string& slot) {
    auto request = Verb<v1::MatchActorRequest>(name);
    request.set_slot(slot);
    request.set_closed(true);
    return request;
  }
  // What triage says of one who would do this, by the names of the actions.
  bool May(const std::string& person, const std::string& role, const std::string& resource,
           v1::AccessAction action) {
    v1::CheckAccessRequest request;
    v1::AccessQuestion& question = *request.add_questions();
    question.set_tenant("t");
    question.set_person(person);
    question.add_roles(role);
    question.set_department("care");
    question.set_resource(resource);
    question.set_action(action);
    const auto response = access_.CheckAll(Call("CheckAccess"), request);
    EXPECT_THAT(response, IsOk());
    return response.ok() && response->answers(0).allowed();
  }
  bool Told(const std::string& person, const std::string& role, const std::string& resource,
            bool* no_case = nullptr) {
    v1::CheckAccessRequest request;
    v1::AccessQuestion& question = *request.add_questions();
    question.set_tenant("t");
    question.set_person(person);
    question.add_roles(role);
    question.set_department("care");
    question.set_resource(resource);
    *request.add_questions() = question;
    request.mutable_questions(1)->set_tenant("other");
    const auto response = access_.CheckAll(Call("CheckAccess"), request);
    EXPECT_THAT(response, IsOk());
    EXPECT_FALSE(response->answers(1).allowed());
    EXPECT_TRUE(response->answers(1).no_case());
    if (no_case != nullptr) *no_case = response->answers(0).no_case();
    return response->answers(0).allowed();
  }

  const server::CallContext reader_ = As("reader", {"first_reader"});
  const server::CallContext desk_ = As("d", {"desk"});
};

TEST_F(AccessVerbsTest, AFirstReaderMatchesEveryoneAndTheCaseOpens) {
  const mamori::v1::Case one = Get(Open("x", kInternal).name());
  v1::GetAccessRequest get;
  get.set_name(one.name());
  const auto access = access_.Get(reader_, get);
  ASSERT_THAT(access, IsOk());
  EXPECT_EQ(access->tenant(), "");
  ASSERT_EQ(access->slots_size(), 2);
  auto subject = Slot(one.name(), access->slots(0).name());
  subject.set_etag(access->etag());
  subject.mutable_match()->set_person("accused");
  subject.mutable_match()->add_superiors("boss");
  subject.mutable_match()->set_superiors_known(true);
  subject.mutable_match()->set_department("sales");
  EXPECT_THAT(access_.Match(desk_, subject), StatusIs(absl::StatusCode::kNotFound));
  const auto matched = access_.Match(reader_, subject);
  ASSERT_THAT(matched, IsOk());
  EXPECT_THAT(*access_.Match(reader_, subject), testing::EqualsProto(*matched)) << "sent again";
  EXPECT_FALSE(Sees(desk_, one.name()));
  auto witness = Slot(one.name(), access->slots(1).name());
  witness.set_etag(access->etag());
  EXPECT_THAT(access_.Match(reader_, witness), HasReason(mamori::v1::ERROR_REASON_ETAG_MISMATCH));
  witness.clear_etag();
  ASSERT_THAT(access_.Match(reader_, witness), IsOk());
  EXPECT_TRUE(Sees(desk_, one.name()));
  for (const char* person : {"accused", "boss"}) {
    EXPECT_FALSE(Sees(As(person, {"desk", "first_reader"}), one.name())) << person;
    EXPECT_FALSE(Told(person, "desk", one.name())) << person;
  }
  auto none = Slot(one.name(), "reports/none/actors/0");
  EXPECT_THAT(access_.Match(reader_, none), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(AccessVerbsTest, AnExclusionEndsMembershipAndAssignmentAtOnce) {
  const std::string name = Open("x").name();
  ASSERT_THAT(cases_.Claim(desk_, Verb<v1::ClaimCaseRequest>(name)), IsOk());
  EXPECT_TRUE(Told("d", "desk", name));
  ASSERT_THAT(access_.Exclude(reader_, About<v1::ExcludePersonRequest>(name, "d")), IsOk());
  EXPECT_FALSE(Sees(desk_, name));
  EXPECT_FALSE(Told("d", "desk", name));
  EXPECT_EQ(Get(name).assignee(), "");
  EXPECT_THAT(access_.AddMember(reader_, About<v1::AddMemberRequest>(name, "d")),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(AccessVerbsTest, AMemberByNameSeesWhatTheRoleAllows) {
  const std::string name = Open("x").name();
  const server::CallContext lawyer = As("law", {"lawyer"});
  EXPECT_FALSE(Sees(lawyer, name));
  ASSERT_THAT(access_.AddMember(reader_, About<v1::AddMemberRequest>(name, "law")), IsOk());
  EXPECT_TRUE(Sees(lawyer, name));
  v1::ListCasesRequest list;
  EXPECT_EQ(cases_.List(lawyer, list)->cases_size(), 1);
  EXPECT_THAT(cases_.Claim(lawyer, Verb<v1::ClaimCaseRequest>(name)),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  auto note = Verb<v1::AddNoteRequest>(name);
  note.mutable_note()->set_text("n");
  EXPECT_THAT(cases_.AddNote(lawyer, note), IsOk());
  ASSERT_THAT(access_.RemoveMember(reader_, About<v1::RemoveMemberRequest>(name, "law")), IsOk());
  EXPECT_FALSE(Sees(lawyer, name));
  EXPECT_EQ(cases_.List(lawyer, list)->cases_size(), 0);
}

TEST_F(AccessVerbsTest, OnlyFirstReadersAndAdministratorsLookAfterAccess) {
  const std::string name = Open("x").name();
  v1::GetAccessRequest get;
  get.set_name(name);
  EXPECT_THAT(access_.Get(As("a", {"admin"}), get), IsOk());
  EXPECT_FALSE(Sees(As("a", {"admin"}), name)) << "which lets nobody read";
  EXPECT_THAT(access_.Get(desk_, get), HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  EXPECT_THAT(access_.Get(As("l", {"lawyer"}), get), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(access_.Exclude(reader_, About<v1::ExcludePersonRequest>(name, "a")), IsOk());
  EXPECT_THAT(access_.Get(As("a", {"admin"}), get), StatusIs(absl::StatusCode::kNotFound));
  const auto undo = About<v1::RemoveMemberRequest>(name, "x");
  EXPECT_THAT(access_.RemoveMember(As("a", {"admin"}), undo),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(access_.RemoveMember(desk_, undo),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
}

TEST_F(AccessVerbsTest, WhoChangesItAuthenticatesAgainAndNobodyElseIsAsked) {
  const std::string name = Open("x").name();
  ASSERT_THAT(access_.Exclude(reader_, About<v1::ExcludePersonRequest>(name, "out")), IsOk());
  server::CallContext weak = reader_, stale = reader_;
  weak.strong = false;
  stale.auth_time = clock_.Now() - absl::Minutes(6);
  for (const server::CallContext& call : {weak, stale}) {
    const auto refused = HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED);
    EXPECT_THAT(access_.Exclude(call, About<v1::ExcludePersonRequest>(name, "d")), refused);
    EXPECT_THAT(access_.AddMember(call, About<v1::AddMemberRequest>(name, "d")), refused);
    EXPECT_THAT(access_.RemoveMember(call, About<v1::RemoveMemberRequest>(name, "d")), refused);
    EXPECT_THAT(access_.Match(call, Slot(name, "a slot")), refused);
  }
  // Whoever may not see the case learns nothing by it, whoever may not change it no more.
  weak.person = "out";
  EXPECT_THAT(access_.AddMember(weak, About<v1::AddMemberRequest>(name, "d")),
              StatusIs(absl::StatusCode::kNotFound));
  server::CallContext desk = desk_;
  desk.strong = false;
  EXPECT_THAT(access_.AddMember(desk, About<v1::AddMemberRequest>(name, "d")),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
}

TEST_F(AccessVerbsTest, AnOldAnswerIsNotForOneWhoIsKeptOutSince) {
  const std::string name = Open("x").name();
  const auto claim = Verb<v1::ClaimCaseRequest>(name);
  ASSERT_THAT(cases_.Claim(desk_, claim), IsOk());
  const auto add = About<v1::AddMemberRequest>(name, "law");
  const server::CallContext other = As("other", {"first_reader"});
  ASSERT_THAT(access_.AddMember(other, add), IsOk());
  ASSERT_THAT(access_.Exclude(reader_, About<v1::ExcludePersonRequest>(name, "d")), IsOk());
  ASSERT_THAT(access_.Exclude(reader_, About<v1::ExcludePersonRequest>(name, "other")), IsOk());
  EXPECT_THAT(cases_.Claim(desk_, claim), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(access_.AddMember(other, add), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(AccessVerbsTest, OtherServicesAreToldByCaseAndByReport) {
  const mamori::v1::Case one = Open("x");
  bool no_case = true;
  EXPECT_TRUE(Told("d", "desk", one.reports(0), &no_case));
  EXPECT_FALSE(no_case);
  EXPECT_TRUE(Told("d", "desk", one.name()));
  EXPECT_FALSE(Told("d", "lawyer", one.name(), &no_case));
  EXPECT_FALSE(no_case);
  EXPECT_FALSE(Told("d", "desk", id::Name("reports", ids_.NewId()), &no_case));
  EXPECT_TRUE(no_case) << "intake decides until there is one";
  database_.Execute("UPDATE case_access SET tag = ?", db::Params().Add(std::string(32, 'x')));
  EXPECT_FALSE(Told("d", "desk", one.name(), &no_case));
  EXPECT_FALSE(no_case);
}

TEST_F(AccessVerbsTest, OtherServicesAskForMoreThanReading) {
  const std::string open = Open("x").name();
  const std::string unmatched = Open("x", kInternal).name();
  const auto notice = v1::ACCESS_ACTION_NOTICE;
  // Whom the policy's route names, member or not; nobody knows who "" is.
  EXPECT_FALSE(May("e", "executive", open, v1::ACCESS_ACTION_READ));
  EXPECT_TRUE(May("e", "executive", open, notice));
  EXPECT_TRUE(May("", "", open, notice));
  EXPECT_FALSE(May("e", "executive", unmatched, notice));
  EXPECT_FALSE(May("", "", unmatched, notice));
  EXPECT_TRUE(May("reader", "first_reader", unmatched, notice));
  EXPECT_TRUE(May("someone", "", unmatched, v1::ACCESS_ACTION_SUPPLEMENT));
  EXPECT_FALSE(May("d", "desk", open, v1::ACCESS_ACTION_READ_ACCESS));
  EXPECT_TRUE(May("reader", "first_reader", open, v1::ACCESS_ACTION_READ_ACCESS));
  // Deny wins over all of it.
  ASSERT_THAT(access_.Exclude(reader_, About<v1::ExcludePersonRequest>(open, "e")), IsOk());
  for (const auto action : {notice, v1::ACCESS_ACTION_SUPPLEMENT, v1::ACCESS_ACTION_READ_ACCESS}) {
    EXPECT_FALSE(May("e", "first_reader", open, action)) << action;
  }
  EXPECT_FALSE(May("", "", open, notice));
  EXPECT_TRUE(May("d", "desk", open, notice));
}

TEST_F(AccessVerbsTest, RefusesRequestsThatSayTooLittle) {
  const std::string name = Open("x").name();
  EXPECT_THAT(access_.Exclude(reader_, About<v1::ExcludePersonRequest>(name, "")),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(access_.AddMember(reader_, About<v1::AddMemberRequest>(name, std::string(201, 'p'))),
              StatusIs(absl::StatusCode::kInvalidArgument));
  auto match = Slot(name, "s");
  match.set_closed(false);
  EXPECT_THAT(access_.Match(reader_, match), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(access_.CheckAll(reader_, {}), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace mamori::triage
