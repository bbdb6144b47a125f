#include "services/intake/intake_service.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "services/intake/test_intake_service.h"

namespace mamori::intake {
namespace {

using absl::StatusCode;
using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

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
  auto other_words = GoodSupplement(name);
  other_words.mutable_supplement()->set_text("other words");
  EXPECT_THAT(stub_->SupplementReport(Context().get(), other_words, &again),
              HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
  const auto report = GetReport(name);
  ASSERT_THAT(report, IsOk());
  ASSERT_THAT(report->supplements(), SizeIs(1));
  EXPECT_THAT(report->supplements(0), testing::EqualsProto(supplement));

  mamori::v1::Contact contact;
  ASSERT_THAT(stub_->RecordContact(Context().get(), GoodContact(name), &contact), IsOk());
  EXPECT_EQ(contact.demand(), "a refund of everything");
  mamori::v1::Contact repeated;
  ASSERT_THAT(stub_->RecordContact(Context().get(), GoodContact(name), &repeated), IsOk());
  EXPECT_THAT(repeated, testing::EqualsProto(contact));
  auto other_demand = GoodContact(name);
  other_demand.mutable_contact()->set_demand("an apology");
  EXPECT_THAT(stub_->RecordContact(Context().get(), other_demand, &repeated),
              HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
  EXPECT_THAT(other_->RecordContact(Context("other").get(), GoodContact(name), &contact),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  v1::ListContactsResponse contacts;
  v1::ListContactsRequest request;
  request.set_report(name);
  ASSERT_THAT(stub_->ListContacts(Context().get(), request, &contacts), IsOk());
  EXPECT_THAT(contacts.contacts(), SizeIs(1));
}

TEST_F(IntakeServiceTest, WhatWasErasedIsNotThere) {
  const std::string name = *Submit(GoodSubmit("request-0001"));
  const std::string kept = *Submit(GoodSubmit("request-0002"));
  mamori::v1::Contact contact;
  ASSERT_THAT(stub_->RecordContact(Context().get(), GoodContact(name), &contact), IsOk());
  const std::string id = *id::FromName("reports", name);
  const auto heading = store_.GetFacts("acme", id, absl::InfiniteFuture());
  ASSERT_THAT(heading, IsOk());
  const std::string key(sealing::HeaderOf(heading->heading)->key_id);
  ASSERT_THAT(TestKeyStore().Erase({key}, clock_.Now(), absl::InfiniteFuture()), IsOk());

  EXPECT_THAT(GetReport(name), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(GetReport(kept), IsOk());
  v1::BatchGetReportsRequest batch;
  batch.add_names(name);
  batch.add_names(kept);
  v1::BatchGetReportsResponse both;
  ASSERT_THAT(stub_->BatchGetReports(Context().get(), batch, &both), IsOk());
  ASSERT_THAT(both.reports(), SizeIs(1));
  EXPECT_EQ(both.reports(0).name(), kept);
  v1::ListReportsResponse list;
  ASSERT_THAT(stub_->ListReports(Context().get(), {}, &list), IsOk());
  ASSERT_THAT(list.reports(), SizeIs(1));
  EXPECT_EQ(list.reports(0).name(), kept);
  v1::ListContactsResponse contacts;
  ASSERT_THAT(stub_->ListContacts(Context().get(), {}, &contacts), IsOk());
  EXPECT_THAT(contacts.contacts(), SizeIs(0));
  mamori::v1::Supplement supplement;
  EXPECT_THAT(stub_->SupplementReport(Context().get(), GoodSupplement(name), &supplement),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Submit(GoodSubmit("request-0001")),
              HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
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
