// Leaks, on a real database and with a real call to what stands for intake.
#include "services/triage/leak_incidents.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <string>

#include "common/audit/reads.h"
#include "common/testing/certificates.h"
#include "services/triage/audit_leak_source.h"
#include "services/triage/case_reads.h"
#include "services/triage/test_people_fixture.h"

namespace mamori::triage {
namespace {

using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

// Intake as far as leaks ask it.
class FakeIntake final : public intake::v1::IdentityService::Service {
 public:
  grpc::Status ListReportReads(grpc::ServerContext* context,
                               const intake::v1::ListReportReadsRequest* request,
                               intake::v1::ListReportReadsResponse* response) override {
    asked = *request;
    on_behalf = context->client_metadata().count("mamori-on-behalf") == 1 &&
                context->client_metadata().count("mamori-statement-bin") == 1;
    *response = answer;
    return grpc::Status::OK;
  }
  intake::v1::ListReportReadsRequest asked;
  intake::v1::ListReportReadsResponse answer;
  bool on_behalf = false;
};

class LeakTest : public PeopleTest {
 protected:
  LeakTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&intake_);
    server_ = builder.BuildAndStart();
    source_of_leaks_ = std::make_unique<AuditLeakSource>(
        database_.transactor(), seal_,
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", port_), grpc::InsecureChannelCredentials()),
        client::OnBehalf(authority_.Issue("triage", {"spiffe://mamori.internal/service/triage"}),
                         later_));
    leaks_ = std::make_unique<LeakIncidents>(timed_, *source_of_leaks_);
  }
  server::CallContext Admin() const {
    server::CallContext call = As("OpenLeakIncident", "admin", {"admin"});
    call.token = "a token";
    return call;
  }
  v1::OpenLeakIncidentRequest Incident(const std::string& of_case) {
    auto request = Verb<v1::OpenLeakIncidentRequest>(of_case);
    request.mutable_leak()->set_text("a printout in the lift");
    *request.mutable_leak()->mutable_from_time() = time::ToTimestamp(later_.Now() - absl::Hours(1));
    *request.mutable_leak()->mutable_to_time() = time::ToTimestamp(later_.Now());
    *request.mutable_leak()->mutable_know_time() = time::ToTimestamp(later_.Now());
    return request;
  }
  absl::StatusOr<v1::LeakIncident> Step(const std::string& name, v1::LeakStepKind kind) {
    auto request = Verb<v1::RecordLeakStepRequest>(name);
    request.mutable_step()->set_kind(kind);
    request.mutable_step()->set_text("done");
    *request.mutable_step()->mutable_step_time() = time::ToTimestamp(later_.Now());
    return leaks_->RecordStep(Admin(), request);
  }

  testing::CertificateAuthority authority_;
  FakeIntake intake_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<AuditLeakSource> source_of_leaks_;
  std::unique_ptr<LeakIncidents> leaks_;
};

TEST_F(LeakTest, ALeakTellsWhoCouldHaveReadAndWhoDidAndStartsItsClocks) {
  const std::string name = Judged();
  auto add = Verb<v1::AddMemberRequest>(name);
  add.set_person("guest");
  ASSERT_THAT(access_.AddMember(As("Add", "admin", {"admin"}), add), IsOk());
  auto remove = Verb<v1::RemoveMemberRequest>(name);
  remove.set_person("guest");
  ASSERT_THAT(access_.RemoveMember(As("Remove", "admin", {"admin"}), remove), IsOk());
  audit::Reads reads(database_.transactor(), journal_, clock_);
  ASSERT_THAT(
      RecordCaseRead(&reads, Call("/x/GetCase", "guest"), *id::FromName("cases", name), false),
      IsOk());
  ASSERT_THAT(reads.RunOnce(), IsOk());
  auto& reading = *intake_.answer.add_readings();
  reading.set_person("snoop");
  reading.set_count(3);
  *reading.mutable_first_time() = *reading.mutable_last_time() = time::ToTimestamp(later_.Now());

  const auto opened = leaks_->Open(Admin(), Incident(name));
  ASSERT_THAT(opened, IsOk());
  EXPECT_TRUE(intake_.on_behalf);
  EXPECT_THAT(intake_.asked.reports(), SizeIs(1));
  EXPECT_EQ(opened->unbelieved_rows(), 0);
  EXPECT_EQ(opened->known_since_version(), 1);
  std::map<std::string, v1::LeakReader> by_person;
  for (const v1::LeakReader& one : opened->readers()) by_person[one.person()] = one;
  ASSERT_EQ(by_person.count("guest"), 1u) << "no longer a member, but was";
  EXPECT_EQ(by_person["guest"].access(), v1::LEAK_ACCESS_MEMBER);
  EXPECT_THAT(by_person["guest"].access_versions(), ::testing::ElementsAre(2));
  EXPECT_EQ(by_person["guest"].case_reads(), 1);
  EXPECT_EQ(by_person["snoop"].report_reads(), 3);
  EXPECT_EQ(by_person["snoop"].access(), v1::LEAK_ACCESS_UNSPECIFIED);
  ASSERT_EQ(by_person.count("local/desk1"), 1u) << "of the policy's roster";
  EXPECT_EQ(by_person["local/desk1"].access(), v1::LEAK_ACCESS_ROLE);

  const std::string running = absl::StrCat(":", v1::DEADLINE_STATE_RUNNING);
  const std::string done = absl::StrCat(":", v1::DEADLINE_STATE_COMPLETED);
  const auto clocks = [&] { return Clocks(name, mamori::v1::CLOCK_REGIME_APPI); };
  EXPECT_THAT(clocks(),
              ::testing::ElementsAre("appi.final" + running, "appi.preliminary" + running));
  EXPECT_THAT(Step(opened->name(), v1::LEAK_STEP_KIND_CLOSED),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  ASSERT_THAT(Step(opened->name(), v1::LEAK_STEP_KIND_PRELIMINARY_REPORT), IsOk());
  EXPECT_THAT(clocks(), ::testing::ElementsAre("appi.final" + running, "appi.preliminary" + done));
  ASSERT_THAT(Step(opened->name(), v1::LEAK_STEP_KIND_FINAL_REPORT), IsOk());
  EXPECT_THAT(clocks(), ::testing::ElementsAre("appi.final" + done, "appi.preliminary" + done));
  ASSERT_THAT(Step(opened->name(), v1::LEAK_STEP_KIND_CLOSED), IsOk());
  EXPECT_THAT(Step(opened->name(), v1::LEAK_STEP_KIND_OTHER),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(LeakTest, AWrongfulPurposeHasTheLongerClockInThePlaceOfTheOther) {
  const std::string name = Judged();
  auto request = Incident(name);
  request.mutable_leak()->set_wrongful_purpose(true);
  ASSERT_THAT(leaks_->Open(Admin(), request), IsOk());
  const std::string running = absl::StrCat(":", v1::DEADLINE_STATE_RUNNING);
  EXPECT_THAT(
      Clocks(name, mamori::v1::CLOCK_REGIME_APPI),
      ::testing::ElementsAre("appi.final_wrongful" + running, "appi.preliminary" + running));
}

TEST_F(LeakTest, WhoWorksOnTheCaseDoesNotKnowOfItNorCanItBeHidden) {
  const std::string name = Judged();
  const auto opened = leaks_->Open(Admin(), Incident(name));
  ASSERT_THAT(opened, IsOk());
  v1::ListLeakIncidentsRequest list;
  list.set_name(name);
  EXPECT_THAT(leaks_->List(Admin(), list)->leaks(), SizeIs(1));
  EXPECT_THAT(leaks_->List(As("List", "desk-1", {"desk"}), list),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  auto other = list;
  other.set_name(id::Name("cases", ids_.NewId()));
  EXPECT_EQ(leaks_->List(As("List", "nobody", {}), list).status(),
            leaks_->List(As("List", "nobody", {}), other).status());
  auto foreign = Incident(name);
  foreign.mutable_leak()->set_report(id::Name("reports", ids_.NewId()));
  EXPECT_THAT(leaks_->Open(Admin(), foreign), StatusIs(absl::StatusCode::kInvalidArgument));
  // As the database's root: a version of who could see it is gone, or is another one.
  for (const char* statement :
       {"DELETE FROM case_access_past", "UPDATE case_access_past SET record = 'x'"}) {
    auto add = Verb<v1::AddMemberRequest>(name);
    add.set_person(statement);
    ASSERT_THAT(access_.AddMember(As("Add", "admin", {"admin"}), add), IsOk());
    database_.Run(statement);
    const auto again = leaks_->Open(Admin(), Incident(name));
    ASSERT_THAT(again, IsOk());
    EXPECT_GE(again->unbelieved_rows(), 1) << statement;
  }
}

}  // namespace
}  // namespace mamori::triage
