// Closed cases, and what disposes of them.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_RETENTION_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_RETENTION_FIXTURE_H_

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/triage/holds.h"
#include "services/triage/retention.h"
#include "services/triage/sql_hold_store.h"
#include "services/triage/sql_retention_store.h"
#include "services/triage/test_guarded_fixture.h"

namespace mamori::triage {

inline constexpr absl::Duration kDay = absl::Hours(24);
inline constexpr absl::Duration kFiveYears = absl::Hours(24 * 5 * 366);

class RetentionFixture : public GuardedFixture {
 protected:
  RetentionFixture()
      : holds_({hold_store_, gate_, fake_, ids_, tokens_}),
        retention_({retention_store_, record_retention_store_, gate_,
                    DefaultPolicy()->policy.retention(), "digest", fake_, ids_, [] {}, tokens_}),
        // The verbs are done at the time of the test's clock here.
        worked_({case_store_, work_store_, gate_, assessors_, fake_, ids_, [] {}, tokens_}) {}

  template <typename Request>
  void Reasoned(absl::StatusOr<mamori::v1::Case> (Cases::*verb)(const server::CallContext&,
                                                                const Request&),
                const std::string& name) {
    auto request = Verb<Request>(name);
    request.set_reason("r");
    ASSERT_THAT((worked_.*verb)(Call("m"), request), testing::IsOk());
  }
  void Close(const std::string& name) {
    AssessRisk(name);
    WantNoCare(name);
    auto close = Verb<v1::CloseCaseRequest>(name);
    close.set_reason("r");
    close.set_no_prevention_reason("once");
    ASSERT_THAT(worked_.Close(Call("m"), close), testing::IsOk());
  }
  std::string Closed(const std::string& narrative = "x") {
    const std::string name = Open(narrative).name();
    auto triage = Verb<v1::TriageCaseRequest>(name);
    triage.set_severity(mamori::v1::SEVERITY_LOW);
    EXPECT_THAT(worked_.Triage(Call("m"), triage), testing::IsOk());
    Close(name);
    return name;
  }
  std::vector<v1::DueCase> DryRun(int size = 50, const std::string& person = "a") {
    std::vector<v1::DueCase> due;
    v1::DryRunRetentionRequest request;
    request.set_page_size(size);
    for (;;) {
      const auto page = retention_.DryRun(As(person), request);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) return due;
      due.insert(due.end(), page->cases().begin(), page->cases().end());
      if (page->next_page_token().empty()) return due;
      EXPECT_EQ(page->cases_size(), size);
      request.set_page_token(page->next_page_token());
    }
  }
  v1::RequestActRequest AskDisposal(const std::string& name) {
    return Ask(v1::ACT_KIND_DISPOSE_CASE, name);
  }
  absl::StatusOr<v1::Disposition> Dispose(const std::string& person, const std::string& name,
                                          const v1::TwoPersonAct& act) {
    auto request = Verb<v1::DisposeCaseRequest>(name);
    request.set_act(act.name());
    return retention_.Dispose(As(person), request);
  }
  absl::StatusOr<v1::Disposition> DisposeByTheBook(const std::string& name) {
    const v1::TwoPersonAct act = Approved(AskDisposal(name));
    WaitOver();
    return Dispose("b", name, act);
  }
  int64_t Count(const std::string& sql, const std::string& name) {
    return database_.Query(sql, db::Params().Add(*id::FromName("cases", name)))[0].GetInt64(0);
  }
  absl::StatusOr<v1::LegalHold> Hold(const std::string& name) {
    v1::PlaceHoldRequest request;
    request.set_request_id(absl::StrCat("request-", ++requests_));
    request.mutable_hold()->set_issuer("court");
    request.mutable_hold()->set_reason("r");
    request.mutable_hold()->set_case_name(name);
    return holds_.Place(As("a"), request);
  }

  Holds holds_;
  Retention retention_;
  Cases worked_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_RETENTION_FIXTURE_H_
