// Words are found in what the caller may read, a budget at a time, and nothing else is told.
#include "services/intake/report_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "services/intake/methods.h"
#include "services/intake/test_reporter_fixture.h"

namespace mamori::intake {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;

constexpr char kDesk[] = "acme/taro";

class KeptReads final : public audit::ReadLog {
 public:
  absl::Status Record(std::vector<audit::Entry> entries) override {
    std::move(entries.begin(), entries.end(), std::back_inserter(kept));
    return absl::OkStatus();
  }
  std::vector<audit::Entry> kept;
};

class ReportSearchTest : public ReporterTest {
 protected:
  std::string Report(const std::string& narrative, const std::string& person = "acme/hanako") {
    v1::SubmitIdentifiedReportRequest request;
    request.set_request_id("report-" + id::ToText(ids_.NewId()));
    *request.mutable_report() = GoodSubmit().report();
    request.mutable_report()->set_narrative(narrative);
    request.set_mode(mamori::v1::REPORTER_MODE_NAMED);
    return own_.Submit(CallOf(person), request).value().name();
  }
  absl::StatusOr<v1::SearchReportsResponse> Find(const std::string& query,
                                                 const std::string& person = kDesk,
                                                 const std::string& token = "",
                                                 size_t budget = 8 << 20, int page_size = 0) {
    v1::SearchReportsRequest request;
    request.set_query(query);
    request.set_page_token(token);
    request.set_page_size(page_size);
    ReportSearch search(reports_, tokens_, clock_, &reads_, {.bytes = budget});
    server::CallContext call = CallOf(person);
    call.method = kSearchReports;
    return search.Search(call, request);
  }

  KeptReads reads_;
};

TEST_F(ReportSearchTest, FindsWordsInWhatThePersonMayRead) {
  access_.Allow(kDesk);
  const std::string one = Report("彼は返金しろとﾊﾞｶにした口調で言った。\nHe wants a REFUND.");
  const std::string other = Report("He wants an apology.");
  for (const char* query : {"refund", "ＲＥＦＵＮＤ", "返金 バカ"}) {
    const auto found = Find(query);
    ASSERT_THAT(found, IsOk());
    ASSERT_THAT(found->matches(), SizeIs(1)) << query;
    EXPECT_EQ(found->matches(0).name(), one);
    EXPECT_EQ(found->matches(0).source(), "narrative");
    EXPECT_THAT(found->matches(0).excerpt(), HasSubstr("REFUND"));
    EXPECT_EQ(found->next_page_token(), "");
  }
  EXPECT_THAT(Find("refund apology")->matches(), IsEmpty());
  EXPECT_THAT(Find("he wants")->matches(), SizeIs(2));
  // Each that was opened was read, whether it had the words or not.
  reads_.kept.clear();
  ASSERT_THAT(Find("refund"), IsOk());
  ASSERT_THAT(reads_.kept, SizeIs(2));
  for (const audit::Entry& entry : reads_.kept) EXPECT_EQ(entry.action, "SearchReports");
}

TEST_F(ReportSearchTest, WhatItsReporterTookBackIsNeitherFoundNorOpened) {
  access_.Allow(kDesk);
  const std::string gone = Report("refund"), kept = Report("refund");
  const server::CallContext reporter = CallOf("acme/hanako");
  ASSERT_THAT(own_.Withdraw(reporter, *parties_.Reporter(reporter, gone)), IsOk());
  const auto found = Find("refund");
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->matches(), SizeIs(1));
  EXPECT_EQ(found->matches(0).name(), kept);
  EXPECT_THAT(reads_.kept, SizeIs(1));
}

TEST_F(ReportSearchTest, WhoMayReadNothingIsToldNothing) {
  const auto never = Find("refund", "acme/jiro");
  for (int i = 0; i < 3; ++i) Report("refund");
  const auto hidden = Find("refund", "acme/jiro", "", 1);
  ASSERT_THAT(hidden, IsOk());
  EXPECT_EQ(hidden->SerializeAsString(), never->SerializeAsString());
  EXPECT_THAT(reads_.kept, IsEmpty());
}

TEST_F(ReportSearchTest, APageEndsWithItsBudgetAndTheNextGoesOn) {
  access_.Allow(kDesk);
  for (int i = 0; i < 5; ++i) Report(i % 2 == 0 ? "refund" : "apology");
  std::vector<int> pages;
  std::string token;
  do {
    const auto page = Find("refund", kDesk, token, 1);
    ASSERT_THAT(page, IsOk());
    pages.push_back(page->matches_size());
    token = page->next_page_token();
  } while (!token.empty());
  // One report a page, newest first, then nothing.
  EXPECT_THAT(pages, ElementsAre(1, 0, 1, 0, 1, 0));
  // By number of matches likewise.
  const auto first = Find("refund", kDesk, "", 8 << 20, 2);
  EXPECT_THAT(first->matches(), SizeIs(2));
  EXPECT_THAT(Find("refund", kDesk, first->next_page_token())->matches(), SizeIs(1));
  // A token is for its query and its person.
  const auto invalid = HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN);
  EXPECT_THAT(Find("apology", kDesk, first->next_page_token()), invalid);
  access_.Allow("acme/jiro");
  EXPECT_THAT(Find("refund", "acme/jiro", first->next_page_token()), invalid);
}

TEST_F(ReportSearchTest, AQueryHasWords) {
  const auto invalid = HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS);
  for (const std::string& query :
       {std::string(), std::string("!?"), std::string("\xff"), std::string(201, 'x')}) {
    EXPECT_THAT(Find(query), invalid) << query;
  }
  EXPECT_THAT(Find("x", kDesk, "", 1, -1), invalid);
}

}  // namespace
}  // namespace mamori::intake
