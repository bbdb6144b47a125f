// Triage with what the law owes the people of a case, and the clocks of its policy.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_PEOPLE_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_PEOPLE_FIXTURE_H_

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/triage/deadlines.h"
#include "services/triage/designated_handlers.h"
#include "services/triage/disclosures.h"
#include "services/triage/hearings.h"
#include "services/triage/sql_deadline_store.h"
#include "services/triage/sql_handler_store.h"
#include "services/triage/test_casework_fixture.h"

namespace mamori::triage {

class PeopleTest : public CaseworkFixture {
 protected:
  PeopleTest()
      : timed_({work_store_, case_store_, gate_, assessors_, later_, ids_, [] {}, tokens_, nullptr,
                &clocks_}),
        hearings_(timed_),
        disclosures_(timed_),
        handlers_({handler_store_, gate_, later_, ids_, tokens_}),
        deadline_store_(database_.transactor(), later_, ids_, seal_, keys_.sealer()),
        deadlines_({case_store_, deadline_store_, gate_, clocks_, later_, ids_, [] {}, tokens_}) {}

  // A case about one of ours, matched to "boss".
  std::string AboutBoss() {
    const std::string name = Judged(mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT);
    v1::GetAccessRequest get;
    get.set_name(name);
    const auto access = access_.Get(Call("Get"), get);
    EXPECT_THAT(access, testing::IsOk());
    for (const auto& slot : access->slots()) {
      auto match = Verb<v1::MatchActorRequest>(name);
      match.set_slot(slot.name());
      match.set_closed(true);
      if (slot.kind() == mamori::v1::ACTOR_SLOT_KIND_SUBJECT) {
        match.mutable_match()->set_person("boss");
        match.mutable_match()->set_superiors_known(true);
        match.mutable_match()->set_department("sales");
      }
      EXPECT_THAT(access_.Match(Call("Match"), match), testing::IsOk());
    }
    return name;
  }
  absl::Status TakeDown(const std::string& of_case, v1::StatementRole role) {
    auto request = Verb<v1::RecordStatementRequest>(of_case);
    v1::Statement& statement = *request.mutable_statement();
    statement.set_kind(v1::STATEMENT_KIND_INTERVIEW);
    statement.set_person("whoever");
    statement.set_role(role);
    statement.set_form(v1::STATEMENT_FORM_VERBATIM);
    statement.set_text("so it was");
    *statement.mutable_take_time() = time::ToTimestamp(later_.Now() - absl::Minutes(1));
    return findings_.RecordStatement(Call("RecordStatement"), request).status();
  }
  v1::NotifyAccusedRequest Notice(const std::string& of_case, const std::string& secured = "IT") {
    auto request = Verb<v1::NotifyAccusedRequest>(of_case);
    request.set_person("boss");
    request.mutable_notice()->set_text("what is said of you");
    request.mutable_notice()->set_evidence_secured(secured);
    const absl::Time told = later_.Now() - absl::Minutes(1);
    *request.mutable_notice()->mutable_notify_time() = time::ToTimestamp(told);
    *request.mutable_notice()->mutable_answer_due_time() =
        time::ToTimestamp(told + absl::Hours(24 * 8));
    return request;
  }
  absl::Status Conclude(const std::string& of_case, v1::FactOutcome outcome) {
    auto request = Verb<v1::ConcludeFactFindingRequest>(of_case);
    request.mutable_conclusion()->set_outcome(outcome);
    request.mutable_conclusion()->set_reason("because");
    return findings_.Conclude(Call("Conclude"), request).status();
  }
  absl::Status Judge(const std::string& of_case) {
    auto request = Verb<v1::JudgeCaseRequest>(of_case);
    v1::Judgement& judgement = *request.mutable_judgement();
    judgement.set_verdict(v1::VERDICT_HARASSMENT);
    judgement.set_demand(v1::DEMAND_VALIDITY_NOT);
    judgement.set_demand_reason("r");
    judgement.set_means(v1::MEANS_ACCEPTABILITY_UNACCEPTABLE);
    judgement.set_means_reason("r");
    judgement.set_complaint_answer("r");
    judgement.set_accommodation(v1::ACCOMMODATION_REQUEST_NONE);
    judgement.add_categories("POWER_HARASSMENT");
    return judgements_.Judge(Call("Judge"), request).status();
  }
  template <typename Request>
  Request Words(const std::string& hearing, const std::string& text) {
    auto request = Verb<Request>(hearing);
    request.mutable_words()->set_text(text);
    request.mutable_words()->set_language("ja");
    *request.mutable_words()->mutable_take_time() = time::ToTimestamp(later_.Now());
    return request;
  }
  // "clock:state" of the case's deadlines of a regime.
  std::vector<std::string> Clocks(const std::string& of_case, mamori::v1::ClockRegime regime) {
    std::vector<std::string> found;
    for (const db::Row& row : database_.Query(
             "SELECT clock, state FROM deadline WHERE case_id = ? AND regime = ? ORDER BY clock",
             db::Params().Add(*id::FromName("cases", of_case)).Add(static_cast<int>(regime)))) {
      found.push_back(absl::StrCat(row.GetBytes(0), ":", row.GetInt64(1)));
    }
    return found;
  }
  absl::Status Assign(const std::string& of_case, const std::string& person) {
    auto request = Verb<v1::AssignCaseRequest>(of_case);
    request.set_assignee(person);
    return cases_.Assign(Call("AssignCase"), request).status();
  }
  absl::Status StartWhistleblower(const std::string& of_case) {
    auto request = Verb<v1::StartClockRequest>(of_case);
    request.set_clock("whistleblower.notice");
    request.set_reason("it is one");
    return deadlines_.Start(Call("StartClock"), request).status();
  }
  v1::DesignatedHandler Designated(const std::string& person) {
    v1::DesignateHandlerRequest request;
    request.set_request_id(absl::StrCat("designate-", ++requests_));
    request.set_person(person);
    const auto handler = handlers_.Designate(As("Designate", "admin", {"admin"}), request);
    EXPECT_THAT(handler, testing::IsOk());
    return handler.ok() ? *handler : v1::DesignatedHandler();
  }
  absl::Status Accept(const std::string& person, const std::string& name,
                      const std::string& version = "1") {
    auto request = Verb<v1::AcceptDesignationRequest>(name);
    request.set_duty_version(version);
    return handlers_.Accept(As("Accept", person, {}), request).status();
  }

  ClockBooks clocks_{catalog_};
  Casework timed_;
  Hearings hearings_;
  Disclosures disclosures_;
  SqlHandlerStore handler_store_{database_.transactor(), later_, seal_};
  DesignatedHandlers handlers_;
  SqlDeadlineStore deadline_store_;
  Deadlines deadlines_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_PEOPLE_FIXTURE_H_
