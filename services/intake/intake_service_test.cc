// The service over real TLS, on the store in memory.
#include "services/intake/intake_service.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/authn/people.h"
#include "common/authn/test_tokens.h"
#include "common/client/channel.h"
#include "common/client/fake_access_checker.h"
#include "common/idempotency/test_page_tokens.h"
#include "common/server/server.h"
#include "common/testing/certificates.h"
#include "common/testing/matchers.h"
#include "services/intake/fake_intake_store.h"
#include "services/intake/methods.h"
#include "services/intake/test_requests.h"

namespace mamori::intake {
namespace {

using absl::StatusCode;
using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kPortal[] = "spiffe://mamori.internal/app/portal";        // of tenant "acme"
constexpr char kElsewhere[] = "spiffe://mamori.internal/app/elsewhere";  // of tenant "other"

server::Authorizer AllowBoth() {
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
      caller.set_person(config::v1::PERSON_RULE_ALLOWED);
    }
  }
  return server::Authorizer::Create(table, Methods()).value();
}

class IntakeServiceTest : public ::testing::Test {
 protected:
  IntakeServiceTest() {
    server::Server::Options options;
    options.config.set_listen("127.0.0.1:0");
    *options.config.mutable_tls() =
        authority_.Issue("server", {"spiffe://mamori.internal/service/intake"});
    options.methods = Methods();
    options.services = {&service_};
    options.check_ready = [] { return absl::OkStatus(); };
    server_ = server::Server::Start(std::move(options), telemetry_).value();
    config::v1::Peer peer;
    peer.set_target(absl::StrCat("localhost:", server_->port()));
    channel_ = client::CreateChannel(peer, authority_.Issue("portal", {kPortal}));
    stub_ = v1::IntakeService::NewStub(channel_);
    other_ = v1::IntakeService::NewStub(
        client::CreateChannel(peer, authority_.Issue("elsewhere", {kElsewhere})));
    people_.Start();
    writer_.Start();
  }
  ~IntakeServiceTest() override { writer_.Stop(); }

  // Of "taro", who works on the desk and reads first; with `tenant` empty of nobody.
  std::unique_ptr<grpc::ClientContext> Context(const std::string& tenant = "acme") {
    auto context = client::MakeContext(clock_.Now() + absl::Seconds(20));
    if (tenant.empty()) return context;
    const std::string claims =
        absl::StrCat(R"({"roles": ["desk", "first_reader"], "tenant": ")", tenant, R"("})");
    client::SetToken(authn::MakeToken(key_, clock_.Now(), "{}", claims), *context);
    return context;
  }
  v1::IntakeService::Stub& StubOf(const std::string& tenant) {
    return tenant == "other" ? *other_ : *stub_;
  }
  absl::StatusOr<std::string> Submit(const v1::SubmitReportRequest& request,
                                     const std::string& tenant = "acme") {
    v1::SubmitReportResponse response;
    const grpc::Status status =
        StubOf(tenant).SubmitReport(Context("").get(), request, &response);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return response.name();
  }
  absl::StatusOr<mamori::v1::Report> GetReport(const std::string& name,
                                               const std::string& tenant = "acme") {
    v1::GetReportRequest request;
    request.set_name(name);
    mamori::v1::Report report;
    const grpc::Status status = StubOf(tenant).GetReport(Context(tenant).get(), request, &report);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return report;
  }

  FakeIntakeStore store_;
  time::SystemClock clock_;
  id::RandomIdSource ids_;
  telemetry::NullTelemetry telemetry_;
  server::Authorizer authorizer_ = AllowBoth();
  const authn::TestKey key_ = authn::TestKey::Ec("k");
  authn::People people_{authn::TestPeople("unused"), clock_, ids_, telemetry_,
                        {[this] { return authn::JwkSet({key_.Jwk()}); }}};
  server::Rpc rpc_{authorizer_, clock_, ids_, telemetry_, {.people = &people_}};
  // What triage says of a report.
  client::FakeAccessChecker checker_{[](const auto&) { return client::Access::kNoCase; }};
  const ReportAccess access_{checker_, store_};
  const idempotency::PageTokens tokens_ = idempotency::TestPageTokens(clock_);
  GroupCommit writer_{{store_, clock_, telemetry_, [] {}}, {}};
  BacklogGate gate_{{}};
  Submitter submitter_{writer_, gate_, clock_, ids_};
  Reports reports_{store_, access_, tokens_, clock_, ids_, nullptr};
  Contacts contacts_{store_, access_, tokens_, clock_, ids_};
  IntakeService service_{rpc_, submitter_, reports_, contacts_};
  testing::CertificateAuthority authority_;
  std::unique_ptr<server::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::IntakeService::Stub> stub_;
  std::unique_ptr<v1::IntakeService::Stub> other_;
};

TEST_F(IntakeServiceTest, AReportIsTakenAndReadBack) {
  const auto name = Submit(GoodSubmit());
  ASSERT_THAT(name, IsOk());
  const auto report = GetReport(*name);
  ASSERT_THAT(report, IsOk());
  mamori::v1::Report want = GoodSubmit().report();
  want.set_name(*name);
  *want.mutable_create_time() = report->create_time();
  EXPECT_THAT(*report, testing::EqualsProto(want));
  EXPECT_NEAR(report->create_time().seconds(), absl::ToUnixSeconds(clock_.Now()), 5);
  EXPECT_THAT(GetReport(*name, "other"), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(GetReport("reports/nothing"), HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
}

TEST_F(IntakeServiceTest, OutputOnlyFieldsAreIgnored) {
  auto request = GoodSubmit();
  const auto name = Submit(request);
  ASSERT_THAT(name, IsOk());
  request.mutable_report()->set_name("reports/mine");
  request.mutable_report()->mutable_create_time()->set_seconds(1);
  request.mutable_report()->add_supplements()->set_text("x");
  EXPECT_EQ(*Submit(request), *name);  // nothing that counts differs
  EXPECT_THAT(GetReport(*name)->supplements(), SizeIs(0));
}

TEST_F(IntakeServiceTest, BadInputStoresNothing) {
  auto request = GoodSubmit();
  request.mutable_report()->clear_narrative();
  EXPECT_THAT(Submit(request), HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
  EXPECT_EQ(store_.report_count(), 0u);
}

// gRPC's own answer to bytes that it cannot parse is UNIMPLEMENTED in a callback method.
TEST_F(IntakeServiceTest, TextThatIsNotUtf8IsInvalidArgument) {
  auto request = GoodSubmit();
  request.mutable_report()->set_narrative("caf\xe9");
  for (const std::string& bytes :
       {request.SerializePartialAsString(), std::string("\xff\xff\xff"), std::string()}) {
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer buffer(&slice, 1);
    grpc::GenericStub stub(channel_);
    const auto context = Context();
    grpc::ByteBuffer response;
    std::mutex mu;
    std::condition_variable changed;
    std::optional<grpc::Status> status;
    stub.UnaryCall(context.get(), kSubmitReport, {}, &buffer, &response, [&](grpc::Status result) {
      std::lock_guard lock(mu);
      status = std::move(result);
      changed.notify_one();
    });
    std::unique_lock lock(mu);
    changed.wait(lock, [&] { return status.has_value(); });
    EXPECT_THAT(*status, StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(*status, HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
  }
}

TEST_F(IntakeServiceTest, ABatchHasAStatusPerItem) {
  v1::BatchSubmitReportsRequest batch;
  for (int i = 0; i < 10; ++i) *batch.add_requests() = GoodSubmit(absl::StrCat("request-000", i));
  batch.mutable_requests(3)->mutable_report()->clear_kind();
  *batch.mutable_requests(5) = batch.requests(4);
  *batch.mutable_requests(7) = batch.requests(6);
  batch.mutable_requests(7)->mutable_report()->set_narrative("another");
  v1::BatchSubmitReportsResponse response;
  ASSERT_THAT(stub_->BatchSubmitReports(Context().get(), batch, &response), IsOk());
  ASSERT_THAT(response.results(), SizeIs(10));
  std::set<std::string> names;
  for (int i = 0; i < 10; ++i) {
    const auto status = status::FromProtoStatus(response.results(i).status());
    if (i == 3) {
      EXPECT_THAT(status, HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
    } else if (i == 7) {
      EXPECT_THAT(status, HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
    } else {
      EXPECT_THAT(status, IsOk());
      names.insert(response.results(i).name());
    }
  }
  EXPECT_EQ(names.size(), 7u);
  EXPECT_EQ(response.results(4).name(), response.results(5).name());
  // Alone it is the same request.
  EXPECT_EQ(*Submit(batch.requests(0)), response.results(0).name());
}

TEST_F(IntakeServiceTest, ABatchOfReadsLeavesOutWhatIsNotThere) {
  v1::BatchGetReportsRequest request;
  std::vector<std::string> names;
  for (int i = 0; i < 70; ++i) {
    auto submit = GoodSubmit(absl::StrCat("request-", 1000 + i));
    submit.mutable_report()->set_narrative(std::string(60'000, 'x'));
    names.push_back(*Submit(submit));
    request.add_names(names.back());
  }
  request.add_names(id::Name("reports", ids_.NewId()));
  std::vector<std::string> read;
  int calls = 0;
  while (request.names_size() > 0 && ++calls < 10) {
    v1::BatchGetReportsResponse response;
    ASSERT_THAT(stub_->BatchGetReports(Context().get(), request, &response), IsOk());
    EXPECT_LE(response.ByteSizeLong(), 3u * 1024 * 1024 + 64 * 1024);
    for (const auto& report : response.reports()) read.push_back(report.name());
    *request.mutable_names() = response.remaining();
  }
  EXPECT_EQ(read, names);
  EXPECT_EQ(calls, 2);
}

TEST_F(IntakeServiceTest, ListsPageByPageWithoutNarratives) {
  for (int i = 0; i < 25; ++i) {
    auto request = GoodSubmit(absl::StrCat("request-", 1000 + i));
    if (i == 12) {  // one whose summary is too large to be stored
      while (request.report().occurrences_size() < 100) {
        *request.mutable_report()->add_occurrences() = request.report().occurrences(0);
      }
    }
    ASSERT_THAT(Submit(request), IsOk());
  }
  std::set<std::string> names;
  v1::ListReportsRequest request;
  request.set_page_size(10);
  int pages = 0;
  do {
    v1::ListReportsResponse response;
    ASSERT_THAT(stub_->ListReports(Context().get(), request, &response), IsOk());
    for (const auto& report : response.reports()) {
      names.insert(report.name());
      EXPECT_EQ(report.company(), "east-1");
      EXPECT_EQ(report.narrative() + report.wish(), "");
      EXPECT_EQ(report.affected_size() + report.actors_size() + report.has_reporter(), 0);
      EXPECT_GE(report.occurrences_size(), 1);
    }
    request.set_page_token(response.next_page_token());
    ++pages;
  } while (!request.page_token().empty() && pages < 10);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(names.size(), 25u);
}

TEST_F(IntakeServiceTest, ATokenBelongsToItsFilterAndTenant) {
  for (int i = 0; i < 3; ++i)
    ASSERT_THAT(Submit(GoodSubmit(absl::StrCat("request-", 100 + i))), IsOk());
  v1::ListReportsRequest request;
  request.set_page_size(1);
  v1::ListReportsResponse response;
  ASSERT_THAT(stub_->ListReports(Context().get(), request, &response), IsOk());
  request.set_page_token(response.next_page_token());
  request.set_page_size(2);
  EXPECT_THAT(stub_->ListReports(Context().get(), request, &response), IsOk());
  EXPECT_THAT(other_->ListReports(Context("other").get(), request, &response),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
  request.set_company("east-1");
  EXPECT_THAT(stub_->ListReports(Context().get(), request, &response),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
}

TEST_F(IntakeServiceTest, SupplementsAndContacts) {
  const std::string name = *Submit(GoodSubmit());
  mamori::v1::Supplement supplement;
  ASSERT_THAT(stub_->SupplementReport(Context().get(), GoodSupplement(name), &supplement), IsOk());
  mamori::v1::Supplement again;
  ASSERT_THAT(stub_->SupplementReport(Context().get(), GoodSupplement(name), &again), IsOk());
  EXPECT_THAT(again, testing::EqualsProto(supplement));
  const auto report = GetReport(name);
  ASSERT_THAT(report, IsOk());
  ASSERT_THAT(report->supplements(), SizeIs(1));
  EXPECT_THAT(report->supplements(0), testing::EqualsProto(supplement));

  mamori::v1::Contact contact;
  ASSERT_THAT(stub_->RecordContact(Context().get(), GoodContact(name), &contact), IsOk());
  EXPECT_EQ(contact.demand(), "a refund of everything");
  EXPECT_THAT(other_->RecordContact(Context("other").get(), GoodContact(name), &contact),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  v1::ListContactsResponse contacts;
  v1::ListContactsRequest request;
  request.set_report(name);
  ASSERT_THAT(stub_->ListContacts(Context().get(), request, &contacts), IsOk());
  EXPECT_THAT(contacts.contacts(), SizeIs(1));
}

// Triage says who may; a report that it hides answers as one that never was.
TEST_F(IntakeServiceTest, WhoMayNotSeeTheCaseSeesNoReport) {
  const std::string seen = *Submit(GoodSubmit("request-0001"));
  const std::string hidden = *Submit(GoodSubmit("request-0002"));
  mamori::v1::Contact contact;
  ASSERT_THAT(stub_->RecordContact(Context().get(), GoodContact(hidden), &contact), IsOk());
  checker_.set_rule([&](const triage::v1::AccessQuestion& question) {
    EXPECT_EQ(question.tenant(), "acme");
    EXPECT_EQ(question.person(), "acme/taro");
    if (question.resource() == seen) return client::Access::kAllowed;
    return question.resource() == hidden ? client::Access::kDenied : client::Access::kNoCase;
  });
  const std::string never = id::Name("reports", ids_.NewId());
  EXPECT_THAT(GetReport(seen), IsOk());
  EXPECT_EQ(GetReport(hidden).status(), GetReport(never).status());
  EXPECT_THAT(GetReport(hidden), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));

  v1::BatchGetReportsRequest batch;
  for (const std::string& name : {hidden, seen, never}) batch.add_names(name);
  v1::BatchGetReportsResponse read;
  ASSERT_THAT(stub_->BatchGetReports(Context().get(), batch, &read), IsOk());
  ASSERT_THAT(read.reports(), SizeIs(1));
  EXPECT_EQ(read.reports(0).name(), seen);

  mamori::v1::Supplement supplement;
  EXPECT_THAT(stub_->SupplementReport(Context().get(), GoodSupplement(hidden), &supplement),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(stub_->RecordContact(Context().get(), GoodContact(hidden), &contact),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  v1::ListContactsResponse contacts;
  ASSERT_THAT(stub_->ListContacts(Context().get(), {}, &contacts), IsOk());
  EXPECT_THAT(contacts.contacts(), SizeIs(0));
  v1::ListContactsRequest of_hidden;
  of_hidden.set_report(hidden);
  EXPECT_THAT(stub_->ListContacts(Context().get(), of_hidden, &contacts),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  // The application that carries a reporter's words has no person.
  EXPECT_THAT(stub_->SupplementReport(Context("").get(), GoodSupplement(hidden), &supplement),
              IsOk());
  for (const auto& question : checker_.asked()) {
    EXPECT_NE(question.person(), "");
  }
}

TEST_F(IntakeServiceTest, PagesAreFullThoughMostIsHidden) {
  std::set<std::string> visible;
  for (int i = 0; i < 40; ++i) {
    const std::string name = *Submit(GoodSubmit(absl::StrCat("request-", 1000 + i)));
    if (i % 8 == 0) visible.insert(name);
  }
  checker_.set_rule([&](const triage::v1::AccessQuestion& question) {
    return visible.contains(question.resource()) ? client::Access::kAllowed
                                                 : client::Access::kDenied;
  });
  v1::ListReportsRequest request;
  request.set_page_size(2);
  std::vector<int> sizes;
  std::set<std::string> names;
  do {
    v1::ListReportsResponse response;
    ASSERT_THAT(stub_->ListReports(Context().get(), request, &response), IsOk());
    sizes.push_back(response.reports_size());
    for (const auto& report : response.reports()) names.insert(report.name());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(sizes, (std::vector<int>{2, 2, 1}));
  EXPECT_EQ(names, visible);
}

TEST_F(IntakeServiceTest, WhenTriageDoesNotAnswerNobodySeesAnything) {
  const std::string name = *Submit(GoodSubmit());
  checker_.set_fault(absl::UnavailableError("away"));
  EXPECT_THAT(GetReport(name), StatusIs(StatusCode::kUnavailable));
  EXPECT_THAT(GetReport(id::Name("reports", ids_.NewId())), StatusIs(StatusCode::kUnavailable));
  v1::ListReportsResponse response;
  EXPECT_THAT(stub_->ListReports(Context().get(), {}, &response),
              StatusIs(StatusCode::kUnavailable));
  mamori::v1::Supplement supplement;
  EXPECT_THAT(stub_->SupplementReport(Context().get(), GoodSupplement(name), &supplement),
              StatusIs(StatusCode::kUnavailable));
  // Whoever reports waits for nobody.
  EXPECT_THAT(Submit(GoodSubmit("request-0002")), IsOk());
}

TEST_F(IntakeServiceTest, WithoutAPersonNothingIsRead) {
  const std::string name = *Submit(GoodSubmit());
  checker_.set_rule([](const auto&) { return client::Access::kAllowed; });
  v1::GetReportRequest get;
  get.set_name(name);
  mamori::v1::Report report;
  EXPECT_THAT(stub_->GetReport(Context("").get(), get, &report),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  v1::ListReportsResponse response;
  ASSERT_THAT(stub_->ListReports(Context("").get(), {}, &response), IsOk());
  EXPECT_THAT(response.reports(), SizeIs(0));
}

TEST_F(IntakeServiceTest, BeyondTheBacklogOnlyDangerIsTaken) {
  gate_.Saw(outbox::Backlog{.depth = 1'000'000}, absl::ZeroDuration());
  EXPECT_THAT(Submit(GoodSubmit()), HasReason(mamori::v1::ERROR_REASON_BACKLOG));
  auto danger = GoodSubmit();
  danger.mutable_report()->set_immediate_danger(true);
  EXPECT_THAT(Submit(danger), IsOk());
}

TEST_F(IntakeServiceTest, Echo) {
  v1::EchoRequest request;
  request.set_payload("hello");
  v1::EchoResponse response;
  ASSERT_THAT(stub_->Echo(Context().get(), request, &response), IsOk());
  EXPECT_EQ(response.payload(), "hello");
  request.set_payload(std::string(2000, 'x'));
  EXPECT_THAT(stub_->Echo(Context().get(), request, &response),
              HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
}

}  // namespace
}  // namespace mamori::intake
