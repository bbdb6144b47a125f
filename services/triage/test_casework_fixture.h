// The work on cases on a real database, with a clock that tests can put forward.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_CASEWORK_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_CASEWORK_FIXTURE_H_

#include <string>
#include <utility>
#include <vector>

#include "common/time/timestamp.h"
#include "services/triage/cares.h"
#include "services/triage/casework.h"
#include "services/triage/fact_findings.h"
#include "services/triage/judgements.h"
#include "services/triage/measures.h"
#include "services/triage/preventions.h"
#include "services/triage/tasks.h"
#include "services/triage/test_triage_fixture.h"

namespace mamori::triage {

class OffsetClock final : public time::Clock {
 public:
  absl::Time Now() const override { return system_.Now() + offset; }
  absl::Duration Monotonic() const override { return system_.Monotonic() + offset; }
  absl::Duration offset;

 private:
  time::SystemClock system_;
};

class CaseworkFixture : public TriageFixture {
 protected:
  CaseworkFixture()
      : later_marks_(later_, ids_, telemetry_, &later_),
        later_store_(database_.transactor(), clock_, seal_, keys_.sealer(), later_marks_),
        casework_({later_store_, case_store_, gate_, assessors_, later_, ids_, [] {}, tokens_}),
        findings_(casework_),
        measures_(casework_),
        judgements_(casework_),
        cares_(casework_),
        preventions_(casework_),
        tasks_(casework_) {}

  // A case that a person has judged.
  std::string Judged(mamori::v1::ReportKind kind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT) {
    const std::string name = Open("x", kind).name();
    auto triage = Verb<v1::TriageCaseRequest>(name);
    triage.set_severity(mamori::v1::SEVERITY_HIGH);
    EXPECT_THAT(cases_.Triage(Call("Triage"), triage), testing::IsOk());
    return name;
  }

  // Authenticated strongly, just now.
  server::CallContext As(const std::string& method, const std::string& person,
                         std::vector<std::string> roles) const {
    server::CallContext call = Call(method, person);
    call.roles = std::move(roles);
    call.strong = true;
    call.auth_time = later_.Now();
    return call;
  }

  v1::ProposeMeasureRequest Proposal(const std::string& of_case, const std::string& measure) {
    auto request = Verb<v1::ProposeMeasureRequest>(of_case);
    request.mutable_measure()->set_measure(measure);
    request.mutable_measure()->set_text("what is done and why");
    return request;
  }
  v1::Measure Propose(const std::string& of_case, const std::string& measure = "WARNING",
                      const std::string& person = "desk-1") {
    const auto result = measures_.Propose(Call("Propose", person), Proposal(of_case, measure));
    EXPECT_THAT(result, testing::IsOk());
    return result.ok() ? *result : v1::Measure();
  }

  v1::Measure Read(const v1::Measure& measure) {
    v1::GetMeasureRequest request;
    request.set_name(measure.name());
    const auto result = measures_.Get(Call("Get"), request);
    EXPECT_THAT(result, testing::IsOk());
    return result.ok() ? *result : v1::Measure();
  }

  v1::ApproveMeasureRequest Approval(const v1::Measure& measure) {
    auto request = Verb<v1::ApproveMeasureRequest>(measure.name());
    request.set_digest(measure.digest());
    return request;
  }
  Measures::MeasureOr Approve(const v1::Measure& measure, const std::string& person,
                              std::vector<std::string> roles = {"desk"}) {
    return measures_.Approve(As("Approve", person, std::move(roles)), Approval(measure));
  }

  v1::RecordMeasureOutcomeRequest Outcome(const v1::Measure& measure) {
    auto request = Verb<v1::RecordMeasureOutcomeRequest>(measure.name());
    request.mutable_outcome()->set_contact_person("their manager");
    request.mutable_outcome()->set_next_action("wait a week");
    *request.mutable_outcome()->mutable_carry_out_time() = time::ToTimestamp(later_.Now());
    return request;
  }
  Measures::MeasureOr CarryOut(const v1::Measure& measure) {
    return measures_.RecordOutcome(As("Outcome", "desk-1", {"desk"}), Outcome(measure));
  }

  v1::Finding Find(const std::string& of_case,
                   v1::FactOutcome outcome = v1::FACT_OUTCOME_SUBSTANTIATED) {
    auto request = Verb<v1::RecordFindingRequest>(of_case);
    request.mutable_finding()->set_text("it was so");
    request.mutable_finding()->add_sources()->set_resource(Get(of_case).reports(0));
    request.mutable_finding()->set_outcome(outcome);
    const auto result = findings_.RecordFinding(Call("Find"), request);
    EXPECT_THAT(result, testing::IsOk());
    return result.ok() ? *result : v1::Finding();
  }

  void Warn(const std::string& of_case) {
    const v1::Measure warning = Propose(of_case);
    EXPECT_THAT(Approve(warning, "desk-2"), testing::IsOk());
    EXPECT_THAT(CarryOut(warning), testing::IsOk());
  }
  // A termination with every answer that the policy asks for; its finding is cited.
  v1::ProposeMeasureRequest Termination(const std::string& of_case, const v1::Finding& finding) {
    auto request = Proposal(of_case, "TERMINATE_CONTRACT");
    v1::Measure& measure = *request.mutable_measure();
    measure.add_findings(finding.name());
    const auto answer = [&](const char* question) {
      v1::GuardAnswer& one = *measure.add_guard_answers();
      one.set_question(question);
      one.set_text("第12条");
      return &one;
    };
    answer("contract_clause");
    answer("notice_period")->set_days(30);
    answer("customer_rights")->set_passed(true);
    return request;
  }

  absl::Status KeepOut(const std::string& of_case, const std::string& person) {
    auto request = Verb<v1::ExcludePersonRequest>(of_case);
    request.set_person(person);
    return access_.Exclude(Call("Exclude"), request).status();
  }

  OffsetClock later_;
  const TimeMarks later_marks_;
  SqlWorkStore later_store_;
  Casework casework_;
  FactFindings findings_;
  Measures measures_;
  Judgements judgements_;
  Cares cares_;
  Preventions preventions_;
  Tasks tasks_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_CASEWORK_FIXTURE_H_
