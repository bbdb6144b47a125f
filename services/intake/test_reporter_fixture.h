// Intake's reporter service over real TLS, on a real database.
#ifndef MAMORI_SERVICES_INTAKE_TEST_REPORTER_FIXTURE_H_
#define MAMORI_SERVICES_INTAKE_TEST_REPORTER_FIXTURE_H_

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/test_journal.h"
#include "common/client/channel.h"
#include "common/receipt/receipt.h"
#include "common/server/server.h"
#include "common/testing/certificates.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "services/intake/methods.h"
#include "services/intake/reporter_service.h"
#include "services/intake/sql_intake_store.h"
#include "services/intake/sql_receipt_store.h"
#include "services/intake/test_requests.h"

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

class ReporterTest : public ::testing::Test {
 protected:
  ReporterTest() {
    server::Server::Options options;
    options.config.set_listen("127.0.0.1:0");
    *options.config.mutable_tls() =
        authority_.Issue("server", {"spiffe://mamori.internal/service/intake"});
    options.methods = Methods();
    options.services = {&service_};
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

  testing::TestDatabase database_{"deploy/db/migrations/intake"};
  time::SystemClock clock_;
  id::RandomIdSource ids_;
  LineTelemetry telemetry_;
  const audit::Journal journal_ = audit::TestJournal("intake", clock_);
  const ReceiptKeys keys_{*crypto::KeyedHash::FromHex(std::string(64, '6'))};
  SqlIntakeStore store_{database_.transactor(), clock_, journal_};
  SqlReceiptStore receipts_{database_.transactor(), keys_, journal_, telemetry_};
  GroupCommit writer_{{store_, clock_, telemetry_, [] {}}, {}};
  BacklogGate gate_{{}};
  Reporters reporters_{{writer_, gate_, receipts_, keys_, clock_, ids_}};
  server::Authorizer authorizer_ = AllowTwo();
  server::Rpc rpc_{authorizer_, clock_, ids_, telemetry_, {}};
  ReporterService service_{rpc_, reporters_};
  testing::CertificateAuthority authority_;
  config::v1::Peer peer_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<v1::ReporterService::Stub> stub_;
  std::unique_ptr<v1::ReporterService::Stub> other_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_TEST_REPORTER_FIXTURE_H_
