// Triage without its gRPC edge, on a real database: for the tests beside it.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_TRIAGE_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_TRIAGE_FIXTURE_H_

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/test_journal.h"
#include "common/idempotency/test_page_tokens.h"
#include "common/policy/sql_policy_store.h"
#include "common/sealing/test_sealer.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "common/time/timestamp.h"
#include "services/triage/access.h"
#include "services/triage/cares.h"
#include "services/triage/cases.h"
#include "services/triage/casework.h"
#include "services/triage/ingest.h"
#include "services/triage/sql_access_store.h"
#include "services/triage/sql_case_store.h"
#include "services/triage/sql_ingest_store.h"
#include "services/triage/sql_watch_store.h"
#include "services/triage/sql_work_store.h"
#include "services/triage/watch_hub.h"

namespace mamori::triage {

// Read once a process: its hundreds of rules are checked against their examples.
inline std::shared_ptr<const policy::PolicyVersion> DefaultPolicy() {
  static const auto* const kVersion = new std::shared_ptr<const policy::PolicyVersion>(
      *policy::LoadPolicyFile(testing::SourceRoot() + "/deploy/policy/default.textproto"));
  return *kVersion;
}
inline std::shared_ptr<const Assessor> DefaultAssessor() {
  static const auto* const kAssessor = new std::shared_ptr<const Assessor>(
      std::make_shared<const Assessor>(DefaultPolicy()->policy, DefaultPolicy()->digest));
  return *kAssessor;
}

// A small real source: what was put in comes out, and errors wait in `next_error`.
class MapReportSource final : public ReportSource {
 public:
  absl::StatusOr<std::map<id::Id, mamori::v1::Report>> Read(const std::string& tenant,
                                                            const std::vector<id::Id>& ids,
                                                            absl::Time) override {
    if (!next_error.ok()) return std::exchange(next_error, absl::OkStatus());
    if (after_read != nullptr) std::exchange(after_read, nullptr)();
    std::map<id::Id, mamori::v1::Report> found;
    for (const id::Id& id : ids) {
      const auto it = reports.find({tenant, id});
      if (it != reports.end()) found[id] = it->second;
    }
    return found;
  }
  std::map<std::pair<std::string, id::Id>, mamori::v1::Report> reports;
  absl::Status next_error;
  std::function<void()> after_read;  // once
};

class MapContactSource final : public ContactSource {
 public:
  absl::StatusOr<std::map<id::Id, mamori::v1::Contact>> ReadContacts(const std::string& tenant,
                                                                     const std::vector<id::Id>& ids,
                                                                     absl::Time) override {
    std::map<id::Id, mamori::v1::Contact> found;
    for (const id::Id& id : ids) {
      const auto it = contacts.find({tenant, id});
      if (it != contacts.end()) found[id] = it->second;
    }
    return found;
  }
  std::map<std::pair<std::string, id::Id>, mamori::v1::Contact> contacts;
};

// Counts what is counted, by name and first label.
class CountingTelemetry final : public telemetry::Telemetry {
 public:
  void Log(telemetry::Level, std::string_view, const telemetry::Labels&) override {}
  void RecordCall(std::string_view, std::string_view, absl::Duration, std::string_view,
                  std::string_view) override {}
  void Count(std::string_view, const telemetry::Labels& labels, double by) override {
    if (by == 0) return;
    std::lock_guard lock(mu_);
    ++counts_[labels.begin()->second];
  }
  void Gauge(std::string_view name, double value, const telemetry::Labels&) override {
    std::lock_guard lock(mu_);
    gauges_[std::string(name)] = value;
  }
  void Observe(std::string_view, absl::Duration, const telemetry::Labels&) override {}

  int Take(const std::string& label) {
    std::lock_guard lock(mu_);
    return std::exchange(counts_[label], 0);
  }
  double LastGauge(const std::string& name) {
    std::lock_guard lock(mu_);
    return gauges_[name];
  }

 private:
  std::mutex mu_;
  std::map<std::string, int> counts_;
  std::map<std::string, double> gauges_;
};

// As if everyone were a designated handler, unless a test gives one that knows.
class OpenDirectory final : public HandlerDirectory {
 public:
  bool IsDesignated(const std::string& tenant, const std::string& person) const override {
    return real == nullptr || real->IsDesignated(tenant, person);
  }
  const HandlerDirectory* real = nullptr;
};

class TriageFixture : public ::testing::Test {
 protected:
  TriageFixture()
      : database_("deploy/db/migrations/triage"),
        seal_(*crypto::KeyedHash::FromHex(std::string(64, 'a')), journal_, telemetry_),
        gate_(DefaultPolicy()->policy.access(), {}, &directory_),
        case_store_(database_.transactor(), clock_, seal_, keys_.sealer()),
        ingest_store_(database_.transactor(), clock_, seal_, keys_.sealer()),
        access_store_(database_.transactor(), seal_),
        watch_store_(database_.transactor(), clock_),
        time_marks_(clock_, ids_, telemetry_),
        work_store_(database_.transactor(), clock_, seal_, keys_.sealer(), time_marks_),
        policies_(database_.transactor(), clock_),
        catalog_(policies_),
        assessors_(catalog_, DefaultPolicy(), DefaultAssessor()),
        hub_(watch_store_, clock_),
        ingest_({ingest_store_,
                 gate_,
                 source_,
                 contacts_,
                 assessors_,
                 memory_,
                 clock_,
                 ids_,
                 {},
                 [] {}}),
        cases_({case_store_, work_store_, gate_, assessors_, clock_, ids_, [] {}, tokens_}),
        access_({case_store_, access_store_, gate_, clock_, ids_, [] {}}),
        plain_casework_(
            {work_store_, case_store_, gate_, assessors_, clock_, ids_, [] {}, tokens_}),
        plain_cares_(plain_casework_) {}

  absl::Time Deadline() const { return clock_.Now() + absl::Seconds(30); }

  // A report in the source and its first event.
  mamori::v1::Event Receive(
      const std::string& narrative,
      mamori::v1::ReportKind kind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT,
      const std::string& existing_case = "", const std::string& tenant = "t") {
    const id::Id report_id = ids_.NewId();
    mamori::v1::Report& report = source_.reports[{tenant, report_id}];
    report.set_name(id::Name("reports", report_id));
    report.set_company("acme");
    report.set_kind(kind);
    report.set_narrative(narrative);
    report.set_existing_case(existing_case);
    mamori::v1::Event event = MakeEvent("intake", tenant, report_id, 1);
    event.mutable_report_received()->set_company("acme");
    event.mutable_report_received()->set_kind(kind);
    return event;
  }

  mamori::v1::Event MakeEvent(const std::string& source, const std::string& tenant,
                              const id::Id& subject, int64_t sequence) {
    mamori::v1::Event event;
    event.set_event_id(ids_.NewId());
    event.set_tenant(tenant);
    event.set_source(source);
    event.set_subject_id(subject);
    event.set_subject_sequence(sequence);
    event.mutable_event_time()->set_seconds(1'800'000'000);
    return event;
  }

  std::vector<absl::Status> Apply(const std::vector<mamori::v1::Event>& events,
                                  const std::string& source = "intake") {
    std::vector<const mamori::v1::Event*> pointers;
    for (const mamori::v1::Event& event : events) pointers.push_back(&event);
    return ingest_.Apply(pointers, source, Deadline());
  }

  server::CallContext Call(const std::string& method, const std::string& person = "desk-1",
                           const std::string& tenant = "t") const {
    server::CallContext call;
    call.method = method;
    call.caller = "spiffe://mamori.internal/app/portal";
    call.tenant = tenant;
    call.person = person;
    call.token_hash = "a token's";
    call.roles = {"consultation", "desk", "first_reader"};
    call.department = "care";
    call.deadline = Deadline();
    // Authenticated strongly, just now, by whichever clock.
    call.strong = true;
    call.auth_time = absl::InfiniteFuture();
    return call;
  }

  template <typename Request>
  Request Verb(const std::string& case_name) {
    Request request;
    request.set_request_id(absl::StrCat("request-", ++requests_));
    request.set_name(case_name);
    return request;
  }

  mamori::v1::Case Get(const std::string& name, const std::string& tenant = "t") {
    v1::GetCaseRequest request;
    request.set_name(name);
    const auto result = cases_.Get(Call("Get", "desk-1", tenant), request);
    EXPECT_THAT(result, testing::IsOk());
    return result.ok() ? *result : mamori::v1::Case();
  }

  // The case of a fresh report.
  mamori::v1::Case Open(const std::string& narrative,
                        mamori::v1::ReportKind kind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT) {
    const mamori::v1::Event event = Receive(narrative, kind);
    EXPECT_THAT(Apply({event})[0], testing::IsOk());
    return Get(id::Name("reports", event.subject_id()));
  }

  // Without which no case goes on.
  void AssessRisk(const std::string& name, v1::RiskLevel level = v1::RISK_LEVEL_LOW) {
    auto request = Verb<v1::AssessDetrimentRiskRequest>(name);
    request.mutable_risk()->set_level(level);
    request.mutable_risk()->set_factors("f");
    EXPECT_THAT(plain_cares_.AssessRisk(Call("AssessRisk"), request), testing::IsOk());
  }

  // Nor is one closed that nobody has judged, without this.
  void WantNoCare(const std::string& name) {
    auto request = Verb<v1::RecordCareRequest>(name);
    request.mutable_care()->set_kind(v1::CARE_KIND_DECLINED);
    request.mutable_care()->set_person("who it happened to");
    request.mutable_care()->set_text("wants none");
    *request.mutable_care()->mutable_care_time() =
        time::ToTimestamp(clock_.Now() - absl::Minutes(1));
    EXPECT_THAT(plain_cares_.Record(Call("RecordCare"), request), testing::IsOk());
  }

  // What the outbox holds of one subject, in order.
  std::vector<mamori::v1::Event> Outbox(const std::string& case_name) {
    std::vector<mamori::v1::Event> events;
    for (const db::Row& row :
         database_.Query("SELECT event FROM outbox WHERE subject_id = ? ORDER BY subject_sequence",
                         db::Params().Add(*id::FromName("cases", case_name)))) {
      EXPECT_TRUE(events.emplace_back().ParseFromString(row.GetBytes(0)));
      EXPECT_EQ(events.back().subject_sequence(), static_cast<int64_t>(events.size()));
    }
    return events;
  }

  testing::TestDatabase database_;
  time::SystemClock clock_;
  id::RandomIdSource ids_;
  MapReportSource source_;
  MapContactSource contacts_;
  CountingTelemetry telemetry_;
  const audit::Journal journal_ = audit::TestJournal("triage", clock_);
  sealing::MemorySealing keys_;
  const AccessSeal seal_;
  OpenDirectory directory_;
  const AccessGate gate_;
  const idempotency::PageTokens tokens_ = idempotency::TestPageTokens(clock_);
  const MemoryKeys memory_{*crypto::KeyedHash::FromHex(std::string(64, 'b'))};
  SqlCaseStore case_store_;
  SqlIngestStore ingest_store_;
  SqlAccessStore access_store_;
  SqlWatchStore watch_store_;
  const TimeMarks time_marks_;
  SqlWorkStore work_store_;
  policy::SqlPolicyStore policies_;
  policy::PolicyCatalog catalog_;
  Assessors assessors_;
  WatchHub hub_;
  Ingest ingest_;
  Cases cases_;
  Access access_;
  Casework plain_casework_;
  Cares plain_cares_;
  int requests_ = 10000;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_TRIAGE_FIXTURE_H_
