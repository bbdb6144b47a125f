#include "services/intake/report_access.h"

#include <gmock/gmock.h>

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

// Else they are everybody's of the tenant.
TEST_F(IntakeServiceTest, ContactsOfNoReportAreForThoseWhoWorkOnCases) {
  const std::string report = *Submit(GoodSubmit("request-0001"));
  mamori::v1::Contact contact;
  auto of_none = GoodContact("");
  of_none.set_request_id("contact-0002");
  ASSERT_THAT(stub_->RecordContact(Context().get(), GoodContact(report), &contact), IsOk());
  ASSERT_THAT(stub_->RecordContact(Context().get(), of_none, &contact), IsOk());
  checker_.set_rule([](const auto&) { return client::Access::kAllowed; });
  v1::ListContactsResponse contacts;
  for (const char* role : {R"("desk")", R"("consultation")", R"("first_reader")"}) {
    ASSERT_THAT(stub_->ListContacts(Context("acme", role).get(), {}, &contacts), IsOk()) << role;
    EXPECT_THAT(contacts.contacts(), SizeIs(2)) << role;
  }
  v1::ListContactsRequest of_report;
  of_report.set_report(report);
  for (const char* role : {"", R"("lawyer")", R"("auditor")", R"("admin")", R"("executive")"}) {
    EXPECT_THAT(stub_->ListContacts(Context("acme", role).get(), {}, &contacts),
                HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED))
        << role;
    // Who was let into the case by name sees its contacts, whatever role.
    ASSERT_THAT(stub_->ListContacts(Context("acme", role).get(), of_report, &contacts), IsOk());
    EXPECT_THAT(contacts.contacts(), SizeIs(1)) << role;
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

}  // namespace
}  // namespace mamori::intake
