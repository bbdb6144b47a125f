// Intake's reporter service over real TLS, on a real database.
#ifndef MAMORI_SERVICES_INTAKE_TEST_REPORTER_FIXTURE_H_
#define MAMORI_SERVICES_INTAKE_TEST_REPORTER_FIXTURE_H_

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/test_journal.h"
#include "common/client/channel.h"
#include "common/idempotency/test_page_tokens.h"
#include "common/receipt/receipt.h"
#include "common/server/server.h"
#include "common/testing/certificates.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "services/intake/consents.h"
#include "services/intake/dialogue_service.h"
#include "services/intake/identities.h"
#include "services/intake/methods.h"
#include "services/intake/own_reports.h"
#include "services/intake/report_access.h"
#include "services/intake/reporter_service.h"
#include "services/intake/reports.h"
#include "services/intake/sql_consent_store.h"
#include "services/intake/sql_identity_store.h"
#include "services/intake/sql_intake_store.h"
#include "services/intake/sql_message_store.h"
#include "services/intake/sql_receipt_store.h"
#include "services/intake/sql_reporter_store.h"
#include "services/intake/test_content.h"
#include "services/intake/test_requests.h"
#include "services/intake/timeline_service.h"

namespace mamori::intake {

inline constexpr char kPortal[] = "spiffe://mamori.internal/app/portal";        // of tenant "acme"
inline constexpr char kElsewhere[] = "spiffe://mamori.internal/app/elsewhere";  // of tenant "other"

// Remembers every line and counter.
class LineTelemetry final : public telemetry::Telemetry {
 public:
  void Log(telemetry::Level, std::string_view event, const telemetry::Labels& fields) override {
    std::lock_guard lock(mu_);
    std::string& line = lines_.emplace_back(event);
    for (const auto& [key, value] : fields) absl::StrAppend(&line, " ", key, "=", value);
  }
  void RecordCall(std::string_view method, std::string_view, absl::Duration, std::string_view,
                  std::string_view) override {
    std::lock_guard lock(mu_);
    lines_.emplace_back(method);
  }
  void MeasureCall(std::string_view, std::string_view, absl::Duration) override {}
  void Count(std::string_view name, const telemetry::Labels&, double by) override {
    std::lock_guard lock(mu_);
    counters_[std::string(name)] += by;
  }
  void Gauge(std::string_view, double, const telemetry::Labels&) override {}
  void Observe(std::string_view, absl::Duration, const telemetry::Labels&) override {}

  std::vector<std::string> lines() const {
    std::lock_guard lock(mu_);
    return lines_;
  }
  double counter(const std::string& name) const {
    std::lock_guard lock(mu_);
    const auto found = counters_.find(name);
    return found == counters_.end() ? -1 : found->second;
  }

 private:
  mutable std::mutex mu_;
  std::vector<std::string> lines_;
  std::map<std::string, double> counters_;
};

inline server::Authorizer AllowTwo() {
  config::v1::Authorization table;
  for (const auto& [id, tenant] : {std::pair(kPortal, "acme"), std::pair(kElsewhere, "other")}) {
    config::v1::Application& application = *table.add_applications();
    application.set_id(id);
    application.add_tenants(tenant);
  }
  for (const std::string& method : Methods()) {
    config::v1::MethodRow& row = *table.add_methods();
    row.set_method(method);
    for (const char* id : {kPortal, kElsewhere}) {
      config::v1::AllowedCaller& caller = *row.add_callers();
      caller.set_id(id);
      // Wider than what is deployed: a token is refused by the methods themselves.
      caller.set_person(config::v1::PERSON_RULE_ALLOWED);
    }
  }
  return server::Authorizer::Create(table, Methods()).value();
}

// Lets those in whom a test names, and everybody add who is not kept out.
class FakeAccess final : public client::AccessChecker {
 public:
  absl::StatusOr<std::vector<client::Access>> Check(
      const std::vector<triage::v1::AccessQuestion>& questions, absl::Time) override {
    std::vector<client::Access> answers;
    std::lock_guard lock(mu_);
    if (!next_.ok()) return next_;
    for (const auto& question : questions) {
      const bool adds = question.action() == triage::v1::ACCESS_ACTION_SUPPLEMENT;
      answers.push_back(!kept_out_.contains(question.person()) &&
                                (adds || allowed_.contains(question.person()))
                            ? client::Access::kAllowed
                            : client::Access::kDenied);
    }
    return answers;
  }
  // As triage does with a subject, a witness, or whom a person keeps out.
  void KeepOut(const std::string& person) {
    std::lock_guard lock(mu_);
    kept_out_.insert(person);
  }
  // What it answers instead, until OK.
  void Fail(const absl::Status& status) {
    std::lock_guard lock(mu_);
    next_ = status;
  }
  void Allow(const std::string& person) {
    std::lock_guard lock(mu_);
    allowed_.insert(person);
  }
  void Deny(const std::string& person) {
    std::lock_guard lock(mu_);
    allowed_.erase(person);
  }

 private:
  std::mutex mu_;
  std::set<std::string> allowed_;
  std::set<std::string> kept_out_;
  absl::Status next_;
};

class ReporterTest : public ::testing::Test {
 protected:
  ReporterTest() {
    server::Server::Options options;
    options.config.set_listen("127.0.0.1:0");
    *options.config.mutable_tls() =
        authority_.Issue("server", {"spiffe://mamori.internal/service/intake"});
    options.methods = Methods();
    options.services = {&service_, &dialogue_service_, &timeline_service_};
    options.check_ready = [] { return absl::OkStatus(); };
    server_ = server::Server::Start(std::move(options), telemetry_).value();
    peer_.set_target(absl::StrCat("localhost:", server_->port()));
    stub_ = v1::ReporterService::NewStub(
        client::CreateChannel(peer_, authority_.Issue("portal", {kPortal})));
    other_ = v1::ReporterService::NewStub(
        client::CreateChannel(peer_, authority_.Issue("elsewhere", {kElsewhere})));
    writer_.Start();
  }
  ~ReporterTest() override { writer_.Stop(); }

  std::unique_ptr<grpc::ClientContext> Context() const {
    return client::MakeContext(clock_.Now() + absl::Seconds(20));
  }
  std::string NewReceipt() { return receipt::Make((ids_.NewId() + ids_.NewId()).substr(0, 17)); }
  static mamori::v1::Report AnonymousReport() {
    mamori::v1::Report report = GoodSubmit().report();
    report.clear_reporter();
    report.clear_existing_case();
    return report;
  }
  static v1::SubmitAnonymousReportRequest Anonymous(const std::string& receipt) {
    v1::SubmitAnonymousReportRequest request;
    request.set_receipt(receipt);
    *request.mutable_report() = AnonymousReport();
    return request;
  }
  absl::StatusOr<v1::SubmitAnonymousReportResponse> Submit(
      const v1::SubmitAnonymousReportRequest& request) {
    v1::SubmitAnonymousReportResponse response;
    const grpc::Status status = stub_->SubmitAnonymousReport(Context().get(), request, &response);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return response;
  }
  absl::Status Rotate(const std::string& receipt, const std::string& next,
                      v1::ReporterService::Stub* stub = nullptr) {
    v1::RotateReceiptRequest request;
    request.set_receipt(receipt);
    request.set_new_receipt(next);
    google::protobuf::Empty response;
    return status::FromGrpcStatus(
        (stub == nullptr ? *stub_ : *stub).RotateReceipt(Context().get(), request, &response));
  }

  // Small enough to be reached.
  static config::v1::FloodControl FloodLimits() {
    config::v1::FloodControl limits;
    limits.mutable_anonymous()->set_per_minute(60);
    limits.mutable_anonymous()->set_burst(20);
    limits.mutable_receipt()->set_per_minute(60);
    limits.mutable_receipt()->set_burst(40);
    limits.set_min_difficulty(8);
    limits.set_max_difficulty(14);
    return limits;
  }
  server::CallContext CallOf(const std::string& person) const {
    server::CallContext call = TestCall("acme", clock_.Now() + absl::Seconds(20));
    call.person = person;
    return call;
  }

  testing::TestDatabase database_{"deploy/db/migrations/intake"};
  time::SystemClock clock_;
  id::RandomIdSource ids_;
  LineTelemetry telemetry_;
  const audit::Journal journal_ = audit::TestJournal("intake", clock_);
  const ReceiptKeys keys_{*crypto::KeyedHash::FromHex(std::string(64, '6'))};
  SqlIntakeStore store_{database_.transactor(), clock_, journal_};
  SqlReceiptStore receipts_{database_.transactor(), keys_, journal_, telemetry_};
  GroupCommit writer_{{store_, TestSeal(), clock_, telemetry_, [] {}}, {}};
  BacklogGate gate_{{}};
  FloodControl flood_{FloodLimits(), clock_};
  const SealingKeys sealing_{{*crypto::KeyedHash::FromHex(std::string(64, '3'))}, clock_};
  const ReporterKeys reporter_keys_{*crypto::KeyedHash::FromHex(std::string(64, '6'))};
  const ContentBox box_{*crypto::Key::FromHex(std::string(64, '9'))};
  SqlReporterStore reporter_store_{database_.transactor(), reporter_keys_, journal_, telemetry_};
  SqlMessageStore messages_{database_.transactor(), journal_};
  ReporterGate reporter_gate_{reporter_store_, reporter_keys_};
  FakeAccess access_;
  const ReportAccess report_access_{access_, store_, TestSeal().sealer()};
  const idempotency::PageTokens tokens_ = idempotency::TestPageTokens(clock_);
  // What the desk reads, as far as reporters let it.
  Reports reports_{store_, report_access_, TestSeal().sealer(), tokens_, clock_,
                   ids_,   nullptr,        &reporter_gate_};
  DialogueParties parties_{
      {receipts_, keys_, reporter_store_, reporter_gate_, access_, report_access_}};
  time::SystemSleeper sleeper_;
  Dialogue dialogue_{
      {messages_, reporter_keys_, TestSeal(), clock_, sleeper_, ids_, [] {}, nullptr},
      {.poll = absl::Milliseconds(20),
       .notices = {.least = absl::Milliseconds(1500),
                   .most = absl::Milliseconds(1600),
                   .apart = absl::Milliseconds(100)}}};
  OwnReports own_{{writer_, TestSeal(), gate_, reporter_store_, messages_, reporter_keys_, box_,
                   clock_, ids_, [] {}}};
  SqlConsentStore consent_store_{database_.transactor(), reporter_keys_, journal_, telemetry_};
  Consents consents_{{consent_store_, messages_, clock_, ids_, [] {}}};
  SqlIdentityStore identity_store_{database_.transactor(), reporter_keys_, journal_};
  Reporters reporters_{
      {writer_, TestSeal(), gate_, receipts_, keys_, flood_, sealing_, clock_, ids_}};
  server::Authorizer authorizer_ = AllowTwo();
  server::Rpc rpc_{authorizer_, clock_, ids_, telemetry_, {}};
  ReporterService service_{{rpc_, reporters_, own_, consents_, parties_, flood_, sealing_}};
  DialogueService dialogue_service_{
      {rpc_, dialogue_, parties_, parties_, flood_, sealing_, clock_}};
  // What triage is asked, and what it answers.
  std::vector<triage::v1::ReadReporterTimelineRequest> Asked() {
    const std::lock_guard lock(asked_mu_);
    return asked_;
  }
  std::mutex asked_mu_;
  std::vector<triage::v1::ReadReporterTimelineRequest> asked_;
  grpc::Status triage_answers_;
  TimelineService timeline_service_{
      {rpc_, parties_, messages_, flood_, clock_,
       [this](auto*, const auto& request, triage::v1::Timeline* timeline) {
         const std::lock_guard lock(asked_mu_);
         asked_.push_back(request);
         timeline->add_entries()->set_text_en("It was received.");
         return triage_answers_;
       },
       sealing_}};
  testing::CertificateAuthority authority_;
  config::v1::Peer peer_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<v1::ReporterService::Stub> stub_;
  std::unique_ptr<v1::ReporterService::Stub> other_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_TEST_REPORTER_FIXTURE_H_
