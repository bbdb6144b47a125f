// What a data subject asks over all cases, on a real database.
#include "services/triage/subject_requests.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "services/triage/sql_tenant_record_store.h"
#include "services/triage/test_people_fixture.h"
#include "services/triage/test_tenant_record_fixture.h"

namespace mamori::triage {
namespace {

using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

class SubjectRequestTest : public PeopleTest {
 protected:
  server::CallContext Reader(const std::string& person = "reader-1") const {
    return As("/mamori.triage.v1.SubjectRequestService/X", person, {"desk", "first_reader"});
  }
  v1::ReceiveSubjectRequestRequest Asking(const std::string& person) {
    v1::ReceiveSubjectRequestRequest request;
    request.set_request_id(absl::StrCat("receive-", ++requests_));
    v1::SubjectRequest& asked = *request.mutable_subject_request();
    asked.set_person(person);
    asked.add_names("Boss Yamada");
    asked.set_requester(v1::REQUESTER_PRINCIPAL);
    asked.set_text("all that you hold of me");
    *asked.mutable_receive_time() = time::ToTimestamp(later_.Now() - absl::Hours(1));
    asked.set_answerer("nobody may say so");
    return request;
  }
  std::string Confirmed(const std::string& person = "boss") {
    const auto received = requests_of_.Receive(Reader(), Asking(person));
    EXPECT_THAT(received, IsOk());
    EXPECT_EQ(received->answerer(), "");
    EXPECT_THAT(Gather(Reader(), received->name()),
                HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
    auto check = Verb<v1::CheckSubjectRequesterRequest>(received->name());
    check.set_confirmed(true);
    check.set_identity_check("passport");
    check.set_etag(received->etag());
    EXPECT_THAT(requests_of_.Check(Reader(), check), IsOk());
    return received->name();
  }
  absl::StatusOr<v1::GatherSubjectRequestResponse> Gather(const server::CallContext& call,
                                                          const std::string& name) {
    v1::GatherSubjectRequestRequest request;
    request.set_name(name);
    return requests_of_.Gather(call, request);
  }
  absl::StatusOr<v1::SubjectRequest> See(const server::CallContext& call, const std::string& name) {
    v1::GetSubjectRequestRequest request;
    request.set_name(name);
    return requests_of_.Get(call, request);
  }
  absl::StatusOr<v1::SubjectAnswer> Compose(const server::CallContext& call,
                                            const std::string& name) {
    v1::ComposeSubjectAnswerRequest request;
    request.set_name(name);
    return requests_of_.Compose(call, request);
  }
  absl::StatusOr<v1::SubjectRequest> Answer(const server::CallContext& call,
                                            const std::string& name) {
    auto request = Verb<v1::AnswerSubjectRequestRequest>(name);
    request.set_answer("by registered mail");
    *request.mutable_answer_time() = time::ToTimestamp(later_.Now());
    return requests_of_.Answer(call, request);
  }
  absl::Status Decide(const std::string& disclosure, v1::DisclosureOutcome outcome) {
    auto decide = Verb<v1::DecideDisclosureRequest>(disclosure);
    decide.set_outcome(outcome);
    decide.set_decision("as the law has it");
    if (outcome == v1::DISCLOSURE_OUTCOME_PARTIAL) decide.add_parts()->set_part("the dates");
    v1::DisclosurePart& redacted = *decide.add_parts();
    redacted.set_part("who reported");
    redacted.set_ground(v1::REDACTION_GROUND_OTHER_LAW);
    redacted.set_reason("Whistleblower Protection Act, Art. 12");
    return disclosures_.Decide(Call("Decide", "decider"), decide).status();
  }
  // A case whose report tells of the person by name.
  std::string ToldOfByName() {
    const std::string name = Judged();
    mamori::v1::Report report;
    report.add_affected()->set_person("ＢＯＳＳ　Yamada");
    reader_.reports[*id::FromName("reports", Get(name).reports(0))] = report;
    return name;
  }

  FakeReader reader_;
  SqlTenantRecordStore records_{database_.transactor(), later_, seal_, keys_.sealer(),
                                later_marks_};
  SubjectRequests requests_of_{
      {records_, disclosures_, case_store_, work_store_, reader_, gate_, later_, ids_, tokens_},
      {}};
};

TEST_F(SubjectRequestTest, APersonIsAnsweredOverAllCasesWithRedaction) {
  const std::string matched = AboutBoss();
  const std::string told = ToldOfByName();
  const std::string other = Judged();
  const std::string name = Confirmed();
  const auto gathered = Gather(Reader(), name);
  ASSERT_THAT(gathered, IsOk());
  EXPECT_EQ(gathered->next_page_token(), "");
  ASSERT_THAT(gathered->findings(), SizeIs(2));
  const auto again = Gather(Reader(), name);
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->findings(), SizeIs(2)) << "each once";
  EXPECT_THAT(Gather(Reader("reader-2"), name)->findings(), SizeIs(2)) << "by whomever";
  const auto seen = See(Reader(), name);
  ASSERT_THAT(seen->findings(), SizeIs(2));
  const std::string running = absl::StrCat("appi.disclosure:", v1::DEADLINE_STATE_RUNNING);
  for (const std::string& one : {matched, told}) {
    EXPECT_THAT(Clocks(one, mamori::v1::CLOCK_REGIME_APPI), ::testing::ElementsAre(running));
  }
  EXPECT_THAT(Clocks(other, mamori::v1::CLOCK_REGIME_APPI), SizeIs(0));

  EXPECT_THAT(Compose(Reader(), name), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  for (const v1::SubjectFinding& one : seen->findings()) {
    const bool hides = absl::StartsWith(one.disclosure(), matched);
    ASSERT_THAT(Decide(one.disclosure(),
                       hides ? v1::DISCLOSURE_OUTCOME_REFUSED : v1::DISCLOSURE_OUTCOME_PARTIAL),
                IsOk());
  }
  server::CallContext weak = Reader();
  weak.strong = false;
  EXPECT_THAT(Compose(weak, name), HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED));
  const auto answer = Compose(Reader(), name);
  ASSERT_THAT(answer, IsOk());
  ASSERT_THAT(answer->matters(), SizeIs(1)) << "what is refused as a whole leaves no trace";
  ASSERT_THAT(answer->matters(0).parts(), SizeIs(2));
  EXPECT_EQ(answer->matters(0).parts(0).part(), "the dates");
  EXPECT_EQ(answer->matters(0).parts(1).part(), "");
  EXPECT_EQ(answer->matters(0).parts(1).ground(), v1::REDACTION_GROUND_OTHER_LAW);
  for (const char* inside : {"cases/", "who reported", "Whistleblower"}) {
    EXPECT_EQ(answer->DebugString().find(inside), std::string::npos) << inside;
  }

  EXPECT_THAT(Answer(Reader("decider"), name), HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED))
      << "four eyes look at what leaves the house";
  const auto answered = Answer(Reader("reader-2"), name);
  ASSERT_THAT(answered, IsOk());
  EXPECT_EQ(answered->state(), v1::DISCLOSURE_STATE_ANSWERED);
  for (const v1::SubjectFinding& one : answered->findings()) {
    EXPECT_EQ(one.state(), v1::DISCLOSURE_STATE_ANSWERED);
  }
  const std::string done = absl::StrCat("appi.disclosure:", v1::DEADLINE_STATE_COMPLETED);
  for (const std::string& one : {matched, told}) {
    EXPECT_THAT(Clocks(one, mamori::v1::CLOCK_REGIME_APPI), ::testing::ElementsAre(done));
  }
  EXPECT_THAT(Answer(Reader(), name), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_THAT(Gather(Reader(), name), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(SubjectRequestTest, NothingTellsOfWhatIsHidden) {
  const std::string hidden = ToldOfByName();
  ASSERT_THAT(KeepOut(hidden, "out"), IsOk());
  const std::string name = Confirmed("somebody");
  const auto before = See(Reader("out"), name);
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(Gather(Reader(), name)->findings(), SizeIs(1));
  const auto after = See(Reader("out"), name);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(before->SerializeAsString(), after->SerializeAsString()) << "the etag too";
  EXPECT_THAT(Gather(Reader("out"), name)->findings(), SizeIs(0));
  EXPECT_THAT(See(Reader(), name)->findings(), SizeIs(1));
  EXPECT_THAT(Compose(Reader("out"), name), IsOk()) << "what is not decided there holds up nobody";
}

TEST_F(SubjectRequestTest, ItIsNotForThePersonNorForWhoeverHandlesNone) {
  const std::string name = Confirmed("boss");
  const std::string random = id::Name("subjectRequests", ids_.NewId());
  server::CallContext stranger = Reader();
  stranger.tenant = "other";
  for (const server::CallContext& call :
       {Reader("boss"), As("X", "desk-1", {"desk", "admin", "auditor", "executive"}), stranger}) {
    EXPECT_EQ(See(call, name).status(), See(call, random).status());
    EXPECT_EQ(Gather(call, name).status(), Gather(call, random).status());
    EXPECT_EQ(Compose(call, name).status(), Compose(call, random).status());
    EXPECT_EQ(Answer(call, name).status(), Answer(call, random).status());
    EXPECT_THAT(See(call, name), StatusIs(absl::StatusCode::kNotFound));
  }
  const v1::ListSubjectRequestsRequest list;
  EXPECT_THAT(requests_of_.List(Reader("boss"), list)->subject_requests(), SizeIs(0));
  EXPECT_THAT(requests_of_.List(As("X", "lawyer-1", {"lawyer"}), list)->subject_requests(),
              SizeIs(1));
  EXPECT_THAT(requests_of_.List(As("X", "desk-1", {"desk"}), list),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  EXPECT_THAT(requests_of_.Receive(Reader("boss"), Asking("boss")),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
}

TEST_F(SubjectRequestTest, ListsEachOnceInFullPages) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(requests_of_.Receive(Reader(), Asking(i == 1 ? "reader-2" : "boss")), IsOk());
    later_.offset += absl::Seconds(1);
  }
  v1::ListSubjectRequestsRequest list;
  list.set_page_size(1);
  const auto first = requests_of_.List(Reader("reader-2"), list);
  ASSERT_THAT(first->subject_requests(), SizeIs(1));
  list.set_page_token(first->next_page_token());
  EXPECT_THAT(requests_of_.List(Reader("reader-1"), list),
              StatusIs(absl::StatusCode::kInvalidArgument));
  const auto second = requests_of_.List(Reader("reader-2"), list);
  ASSERT_THAT(second->subject_requests(), SizeIs(1)) << "over the one about the reader";
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_NE(first->subject_requests(0).name(), second->subject_requests(0).name());
}

TEST_F(SubjectRequestTest, ARepeatedCallIsOneRequest) {
  const auto request = Asking("boss");
  const auto first = requests_of_.Receive(Reader(), request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(requests_of_.Receive(Reader(), request)->name(), first->name());
  EXPECT_THAT(requests_of_.List(Reader(), {})->subject_requests(), SizeIs(1));
}

// As the database's root.
TEST_F(SubjectRequestTest, AnOlderOrAnothersRecordIsNone) {
  const std::string name = Confirmed();
  const id::Id record = *id::FromName("subjectRequests", name);
  EXPECT_THAT(See(Reader(), name), IsOk());
  database_.Run("CREATE TABLE kept AS SELECT * FROM tenant_record");
  auto check = Verb<v1::CheckSubjectRequesterRequest>(name);
  check.set_identity_check("none after all");
  ASSERT_THAT(requests_of_.Check(Reader(), check), IsOk());
  database_.Run("DELETE FROM tenant_record");
  database_.Run("INSERT INTO tenant_record SELECT * FROM kept");
  EXPECT_THAT(See(Reader(), name), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(requests_of_.List(Reader(), {})->subject_requests(), SizeIs(0));
  for (const db::Row& row : database_.Query("SELECT record FROM tenant_record", db::Params())) {
    EXPECT_EQ(row.GetBytes(0).find("all that you hold"), std::string::npos) << "sealed";
  }
}

}  // namespace
}  // namespace mamori::triage
