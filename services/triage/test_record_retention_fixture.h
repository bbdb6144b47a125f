// Subject requests and breaches, and what disposes of them, with a clock that tests move.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_RECORD_RETENTION_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_RECORD_RETENTION_FIXTURE_H_

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/triage/breaches.h"
#include "services/triage/clock_books.h"
#include "services/triage/disclosures.h"
#include "services/triage/leak_incidents.h"
#include "services/triage/sql_tenant_record_store.h"
#include "services/triage/subject_requests.h"
#include "services/triage/test_retention_fixture.h"
#include "services/triage/test_tenant_record_fixture.h"

namespace mamori::triage {

// More than the policy has for either of them.
inline constexpr absl::Duration kThreeYears = absl::Hours(24 * 3 * 366 + 48);

class RecordRetentionFixture : public RetentionFixture {
 protected:
  std::string Received(const std::string& person = "boss", absl::Duration ago = 4 * kThreeYears) {
    v1::ReceiveSubjectRequestRequest request;
    request.set_request_id(absl::StrCat("request-", ++requests_));
    v1::SubjectRequest& asked = *request.mutable_subject_request();
    asked.set_person(person);
    asked.add_names("Boss Yamada");
    asked.set_requester(v1::REQUESTER_PRINCIPAL);
    asked.set_text("all that you hold of me");
    *asked.mutable_receive_time() = time::ToTimestamp(fake_.Now() - ago);
    const auto received = requests_of_.Receive(As("a"), request);
    EXPECT_THAT(received, testing::IsOk());
    return received.ok() ? received->name() : "";
  }
  void Check(const std::string& name, bool confirmed = true) {
    auto check = Verb<v1::CheckSubjectRequesterRequest>(name);
    check.set_confirmed(confirmed);
    check.set_identity_check("passport");
    EXPECT_THAT(requests_of_.Check(As("a"), check), testing::IsOk());
  }
  // As of long ago, says whoever answers.
  absl::StatusOr<v1::SubjectRequest> Answer(const std::string& name) {
    auto answer = Verb<v1::AnswerSubjectRequestRequest>(name);
    answer.set_answer("by registered mail");
    *answer.mutable_answer_time() = time::ToTimestamp(fake_.Now() - 2 * kThreeYears);
    return requests_of_.Answer(As("b"), answer);
  }
  std::string Answered(const std::string& person = "boss") {
    const std::string name = Received(person);
    Check(name);
    EXPECT_THAT(Answer(name), testing::IsOk());
    return name;
  }
  absl::StatusOr<v1::SubjectRequest> See(const std::string& name, const std::string& person = "a") {
    v1::GetSubjectRequestRequest request;
    request.set_name(name);
    return requests_of_.Get(As(person), request);
  }

  std::string Opened(const std::vector<std::string>& cases = {}) {
    v1::OpenBreachRequest request;
    request.set_request_id(absl::StrCat("request-", ++requests_));
    v1::Breach& breach = *request.mutable_breach();
    if (cases.empty()) breach.set_person("snoop");
    for (const std::string& one : cases) breach.add_cases(one);
    breach.set_text("a laptop was stolen");
    *breach.mutable_from_time() = time::ToTimestamp(fake_.Now() - absl::Hours(1));
    *breach.mutable_to_time() = time::ToTimestamp(fake_.Now());
    *breach.mutable_know_time() = time::ToTimestamp(fake_.Now());
    const auto opened = breaches_.Open(As("a"), request);
    EXPECT_THAT(opened, testing::IsOk());
    return opened.ok() ? opened->name() : "";
  }
  void Step(const std::string& name, v1::LeakStepKind kind) {
    auto request = Verb<v1::RecordBreachStepRequest>(name);
    request.mutable_step()->set_kind(kind);
    request.mutable_step()->set_text("done");
    // As of long ago, says whoever records it.
    *request.mutable_step()->mutable_step_time() = time::ToTimestamp(fake_.Now() - kFiveYears);
    EXPECT_THAT(breaches_.RecordStep(As("a"), request), testing::IsOk());
  }
  std::string ClosedBreach(const std::vector<std::string>& cases = {}) {
    const std::string name = Opened(cases);
    Step(name, v1::LEAK_STEP_KIND_EXEMPT);
    Step(name, v1::LEAK_STEP_KIND_CLOSED);
    return name;
  }

  std::vector<v1::DueRecord> Due(const server::CallContext& call,
                                 const std::string& collection = "subjectRequests", int size = 50) {
    std::vector<v1::DueRecord> due;
    v1::DryRunRetentionRequest request;
    request.set_collection(collection);
    request.set_page_size(size);
    for (;;) {
      const auto page = retention_.DryRun(call, request);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) return due;
      EXPECT_EQ(page->cases_size(), 0);
      due.insert(due.end(), page->records().begin(), page->records().end());
      if (page->next_page_token().empty()) return due;
      EXPECT_EQ(page->records_size(), size);
      request.set_page_token(page->next_page_token());
    }
  }
  std::vector<std::string> DueNames(const server::CallContext& call,
                                    const std::string& collection = "subjectRequests",
                                    int size = 50) {
    std::vector<std::string> names;
    for (const v1::DueRecord& one : Due(call, collection, size)) names.push_back(one.name());
    return names;
  }
  v1::RequestActRequest AskRecordDisposal(const std::string& name) {
    return Ask(v1::ACT_KIND_DISPOSE_RECORD, name);
  }
  v1::DisposeRecordRequest Disposing(const std::string& name, const v1::TwoPersonAct& act) {
    auto request = Verb<v1::DisposeRecordRequest>(name);
    request.set_act(act.name());
    return request;
  }
  absl::StatusOr<v1::Disposition> DisposeRecordByTheBook(const std::string& name) {
    const v1::TwoPersonAct act = Approved(AskRecordDisposal(name));
    WaitOver();
    return retention_.DisposeRecord(As("b"), Disposing(name, act));
  }
  absl::StatusOr<v1::Disposition> Certificate(const server::CallContext& call,
                                              const std::string& name) {
    v1::GetDispositionRequest request;
    request.set_name(name);
    return retention_.GetDisposition(call, request);
  }

  ClockBooks clocks_{catalog_};
  Casework casework_{{work_store_, case_store_, gate_, assessors_, fake_, ids_, [] {}, tokens_,
                      nullptr, &clocks_}};
  Disclosures disclosures_{casework_};
  FakeReader reader_;
  FakeLeaks source_;
  LeakIncidents leaks_{casework_, source_};
  SqlTenantRecordStore records_{database_.transactor(), fake_, guarded_seal_, keys_.sealer(),
                                marks_};
  SubjectRequests requests_of_{
      {records_, disclosures_, case_store_, work_store_, reader_, gate_, fake_, ids_, tokens_}, {}};
  Breaches breaches_{{records_, leaks_, source_, case_store_, gate_, fake_, ids_, tokens_}};
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_RECORD_RETENTION_FIXTURE_H_
