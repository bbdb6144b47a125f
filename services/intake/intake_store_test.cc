// The contract of IntakeStore, run on the SQL store and on the fake.
#include "services/intake/intake_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/audit/test_journal.h"
#include "common/id/id.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "services/intake/fake_intake_store.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/sql_intake_store.h"
#include "services/intake/test_content.h"
#include "services/intake/test_requests.h"

namespace mamori::intake {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

const absl::Time kSoon = time::SystemClock().Now() + absl::Minutes(5);

class IntakeStoreTest : public ::testing::TestWithParam<const char*> {
 protected:
  IntakeStoreTest() {
    if (std::string(GetParam()) == "fake") {
      store_ = std::make_unique<FakeIntakeStore>();
      return;
    }
    database_ = std::make_unique<testing::TestDatabase>("deploy/db/migrations/intake");
    store_ = std::make_unique<SqlIntakeStore>(database_->transactor(), clock_, journal_);
  }

  NewReport Report(int number, const std::string& tenant = "acme",
                   absl::Duration later = absl::ZeroDuration()) {
    auto request = GoodSubmit(absl::StrCat("request-", 10'000 + number));
    request.mutable_report()->set_company(number % 2 == 0 ? "even" : "odd");
    request.mutable_report()->set_kind(
        static_cast<mamori::v1::ReportKind>(1 + number % mamori::v1::ReportKind_MAX));
    return MakeTestReport(TestCall(tenant), kSubmitReport, request, Ids(), TestNow() + later);
  }
  NewIds Ids() { return {.subject = ids_.NewId(), .event = ids_.NewId()}; }

  NewReport Stored(int number, const std::string& tenant = "acme",
                   absl::Duration later = absl::ZeroDuration()) {
    NewReport report = Report(number, tenant, later);
    EXPECT_THAT(store_->InsertReports({&report}, kSoon), IsOk());
    return report;
  }

  std::vector<std::string> Ids(const std::vector<StoredHeading>& rows) {
    std::vector<std::string> ids;
    for (const auto& row : rows) ids.push_back(row.report_id);
    return ids;
  }

  id::SeededIdSource ids_{7};
  time::SystemClock clock_;
  const audit::Journal journal_ = audit::TestJournal("intake", clock_);
  std::unique_ptr<testing::TestDatabase> database_;
  std::unique_ptr<IntakeStore> store_;
};

TEST_P(IntakeStoreTest, AReportComesBackAsItWasWritten) {
  const NewReport report = Stored(1);
  const auto rows = store_->GetReports("acme", {report.report_id}, kSoon);
  ASSERT_THAT(rows, IsOk());
  ASSERT_THAT(*rows, SizeIs(1));
  EXPECT_EQ(rows->at(0).report_id, report.report_id);
  EXPECT_EQ(rows->at(0).create_time, report.create_time);
  EXPECT_EQ(rows->at(0).body, report.body);
  EXPECT_EQ(rows->at(0).event_sequence, 1);
}

TEST_P(IntakeStoreTest, AnotherTenantSeesNothing) {
  const NewReport report = Stored(1);
  EXPECT_THAT(*store_->GetReports("other", {report.report_id}, kSoon), IsEmpty());
  EXPECT_THAT(*store_->ListReports("other", {}, {}, 10, kSoon), IsEmpty());
  auto call = TestCall("other");
  const auto name = id::Name("reports", report.report_id);
  EXPECT_THAT(store_->AddSupplement(
                  MakeTestSupplement(call, GoodSupplement(name), Ids(), TestNow()), kSoon),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(
      store_->AddContact(
          MakeTestContact(call, GoodContact(name), {ids_.NewId(), ids_.NewId()}, TestNow()), kSoon),
      HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
}

TEST_P(IntakeStoreTest, ManyReadsInOne) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Stored(i).report_id);
  ids.push_back(ids_.NewId());
  const auto rows = store_->GetReports("acme", ids, kSoon);
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, SizeIs(5));
  EXPECT_THAT(*store_->GetReports("acme", {}, kSoon), IsEmpty());
}

TEST_P(IntakeStoreTest, AKeyThatExistsWritesNothing) {
  const NewReport first = Stored(1);
  NewReport same = Report(1);
  NewReport neighbour = Report(2);
  EXPECT_THAT(store_->InsertReports({&neighbour, &same}, kSoon),
              StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(*store_->GetReports("acme", {same.report_id, neighbour.report_id}, kSoon), IsEmpty());
  const auto answers =
      store_->FindAnswers({same.answer.key, neighbour.answer.key, first.answer.key}, kSoon);
  ASSERT_THAT(answers, IsOk());
  ASSERT_FALSE(answers->empty());
  for (const Answer& answer : *answers) {
    EXPECT_EQ(answer.key, first.answer.key);
    EXPECT_EQ(answer.digest, first.answer.digest);
    EXPECT_EQ(answer.response, first.answer.response);
  }
}

TEST_P(IntakeStoreTest, ListsNewestFirstPageByPage) {
  std::vector<std::string> newest_first;
  for (int i = 0; i < 9; ++i) {
    newest_first.insert(newest_first.begin(), Stored(i, "acme", absl::Microseconds(i)).report_id);
  }
  Stored(100, "other");
  std::vector<std::string> listed;
  Position position;
  for (int page = 0; page < 5; ++page) {
    const auto rows = store_->ListReports("acme", {}, position, 4, kSoon);
    ASSERT_THAT(rows, IsOk());
    for (const auto& row : *rows) {
      listed.push_back(row.report_id);
      position = {absl::ToUnixMicros(row.create_time), row.report_id};
    }
    if (rows->size() < 4) break;
    // Newer ones do not move the pages that follow.
    Stored(200 + page, "acme", absl::Hours(1 + page));
  }
  EXPECT_EQ(listed, newest_first);
}

TEST_P(IntakeStoreTest, ReportsOfOneInstantAreListedOnceEach) {
  std::vector<std::string> all;
  for (int i = 0; i < 7; ++i) all.push_back(Stored(i).report_id);
  std::vector<std::string> listed;
  Position position;
  while (true) {
    const auto rows = store_->ListReports("acme", {}, position, 2, kSoon);
    ASSERT_THAT(rows, IsOk());
    if (rows->empty()) break;
    for (const auto& row : *rows) {
      listed.push_back(row.report_id);
      position = {absl::ToUnixMicros(row.create_time), row.report_id};
    }
  }
  EXPECT_THAT(listed, ::testing::UnorderedElementsAreArray(all));
}

TEST_P(IntakeStoreTest, ListsByCompanyAndKind) {
  std::vector<NewReport> all;
  for (int i = 0; i < 10; ++i) all.push_back(Stored(i, "acme", absl::Seconds(i)));
  for (const std::string company : {"", "even", "odd"}) {
    for (int kind : {0, 1, 2, 5}) {
      std::vector<std::string> want;
      for (auto report = all.rbegin(); report != all.rend(); ++report) {
        if ((company.empty() || report->company == company) &&
            (kind == 0 || report->kind == kind)) {
          want.push_back(report->report_id);
        }
      }
      const auto rows = store_->ListReports("acme", {company, kind}, {}, 100, kSoon);
      ASSERT_THAT(rows, IsOk());
      EXPECT_EQ(Ids(*rows), want) << company << " " << kind;
    }
  }
}

TEST_P(IntakeStoreTest, HeadingsComeBackAlsoWithoutASummary) {
  auto request = GoodSubmit();
  for (int i = 0; i < 90; ++i) {
    *request.mutable_report()->add_occurrences() = request.report().occurrences(0);
  }
  const NewReport large = MakeTestReport(TestCall(), kSubmitReport, request, Ids(), TestNow());
  const NewReport small = Report(2, "acme", absl::Seconds(1));
  EXPECT_THAT(store_->InsertReports({&large, &small}, kSoon), IsOk());
  const auto rows = store_->ListReports("acme", {}, {}, 10, kSoon);
  ASSERT_THAT(rows, IsOk());
  ASSERT_THAT(*rows, SizeIs(2));
  EXPECT_EQ(rows->at(0).heading, small.heading);
  EXPECT_EQ(rows->at(1).heading, large.heading);
  EXPECT_LT(large.heading.size(), 200u) << "a large summary is kept beside the body";
  EXPECT_EQ(store_->GetFacts("acme", small.report_id, kSoon)->heading, small.heading);
  EXPECT_THAT(store_->GetFacts("other", small.report_id, kSoon),
              HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
}

TEST_P(IntakeStoreTest, SupplementsInTheirOrderEachOnce) {
  const NewReport report = Stored(1);
  const std::string name = id::Name("reports", report.report_id);
  std::vector<std::string> bodies;
  for (int i = 0; i < 5; ++i) {
    auto request = GoodSupplement(name);
    request.set_request_id(absl::StrCat("supplement-", i));
    request.mutable_supplement()->set_text(absl::StrCat("words ", i));
    const auto one = MakeTestSupplement(TestCall(), request, Ids(), TestNow() + absl::Seconds(i));
    bodies.push_back(one.body);
    const auto first = store_->AddSupplement(one, kSoon);
    ASSERT_THAT(first, IsOk());
    // The same call again, with other ids as a retry has them.
    const auto again = store_->AddSupplement(
        MakeTestSupplement(TestCall(), request, Ids(), TestNow() + absl::Hours(1)), kSoon);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(*again, *first);
  }
  const auto rows = store_->GetSupplements("acme", report.report_id, 3, kSoon);
  ASSERT_THAT(rows, IsOk());
  std::vector<std::string> newest;
  for (const auto& row : *rows) newest.push_back(row.body);
  EXPECT_THAT(newest, ElementsAre(bodies[2], bodies[3], bodies[4]));
  EXPECT_EQ(store_->GetReports("acme", {report.report_id}, kSoon)->at(0).event_sequence, 6);
}

TEST_P(IntakeStoreTest, ContactsByReportAndCompany) {
  const NewReport report = Stored(1);
  const std::string name = id::Name("reports", report.report_id);
  for (int i = 0; i < 6; ++i) {
    auto request = GoodContact(i % 2 == 0 ? name : "");
    request.set_request_id(absl::StrCat("contact-000", i));
    request.mutable_contact()->set_company(i % 3 == 0 ? "third" : "rest");
    const auto one = MakeTestContact(TestCall(), request, {ids_.NewId(), ids_.NewId()},
                                     TestNow() + absl::Seconds(i));
    const auto first = store_->AddContact(one, kSoon);
    ASSERT_THAT(first, IsOk());
    EXPECT_EQ(
        *store_->AddContact(
            MakeTestContact(TestCall(), request, {ids_.NewId(), ids_.NewId()}, TestNow()), kSoon),
        *first);
  }
  EXPECT_THAT(*store_->ListContacts("acme", {}, {}, 100, kSoon), SizeIs(6));
  EXPECT_THAT(*store_->ListContacts("acme", {.company = "third"}, {}, 100, kSoon), SizeIs(2));
  EXPECT_THAT(*store_->ListContacts("acme", {.report_id = report.report_id}, {}, 100, kSoon),
              SizeIs(3));
  EXPECT_THAT(*store_->ListContacts("acme", {"third", report.report_id}, {}, 100, kSoon),
              SizeIs(1));
  EXPECT_THAT(*store_->ListContacts("other", {}, {}, 100, kSoon), IsEmpty());
  const auto page = store_->ListContacts("acme", {}, {}, 4, kSoon);
  ASSERT_THAT(*page, SizeIs(4));
  EXPECT_THAT(
      *store_->ListContacts("acme", {},
                            {absl::ToUnixMicros(page->back().create_time), page->back().contact_id},
                            4, kSoon),
      SizeIs(2));
}

TEST_P(IntakeStoreTest, ContactsByTheirIds) {
  const auto contact =
      MakeTestContact(TestCall(), GoodContact(), {ids_.NewId(), ids_.NewId()}, TestNow());
  ASSERT_THAT(store_->AddContact(contact, kSoon), IsOk());
  const auto rows = store_->GetContacts("acme", {ids_.NewId(), contact.contact_id}, kSoon);
  ASSERT_THAT(rows, IsOk());
  ASSERT_THAT(*rows, SizeIs(1));
  EXPECT_EQ(rows->at(0).body, contact.body);
  EXPECT_THAT(*store_->GetContacts("other", {contact.contact_id}, kSoon), IsEmpty());
  EXPECT_THAT(*store_->GetContacts("acme", {}, kSoon), IsEmpty());
}

TEST_P(IntakeStoreTest, PrunesOldAnswersAndNothingElse) {
  const NewReport report = Stored(1);
  for (int i = 0; i < 3; ++i) {
    auto request = GoodContact();
    request.set_request_id(absl::StrCat("contact-", i));
    ASSERT_THAT(
        store_->AddContact(
            MakeTestContact(TestCall(), request, {ids_.NewId(), ids_.NewId()}, TestNow()), kSoon),
        IsOk());
  }
  EXPECT_EQ(*store_->PruneAnswers(TestNow() - absl::Hours(1), 2, kSoon), 0);
  const absl::Time after_all = std::max(TestNow(), clock_.Now()) + absl::Hours(1);
  EXPECT_EQ(*store_->PruneAnswers(after_all, 2, kSoon), 2);
  EXPECT_EQ(*store_->PruneAnswers(after_all, 2, kSoon), 1);
  EXPECT_EQ(*store_->PruneAnswers(after_all, 2, kSoon), 0);
  // A report is its own request's answer and stays.
  EXPECT_THAT(*store_->FindAnswers({report.answer.key}, kSoon), SizeIs(1));
  EXPECT_THAT(*store_->ListReports("acme", {}, {}, 100, kSoon), SizeIs(1));
  EXPECT_THAT(*store_->ListContacts("acme", {}, {}, 100, kSoon), SizeIs(3));
}

INSTANTIATE_TEST_SUITE_P(Stores, IntakeStoreTest, ::testing::Values("sql", "fake"),
                         [](const auto& info) { return std::string(info.param); });

class SqlIntakeStoreTest : public ::testing::Test {
 protected:
  testing::TestDatabase database_{"deploy/db/migrations/intake"};
  time::SystemClock clock_;
  const audit::Journal journal_ = audit::TestJournal("intake", clock_);
  SqlIntakeStore store_{database_.transactor(), clock_, journal_};
  id::RandomIdSource ids_;
};

TEST_F(SqlIntakeStoreTest, ConcurrentSupplementsLeaveNoGapInTheEvents) {
  auto request = GoodSubmit();
  const NewReport report =
      MakeTestReport(TestCall(), kSubmitReport, request, {ids_.NewId(), ids_.NewId()}, TestNow());
  ASSERT_THAT(store_.InsertReports({&report}, kSoon), IsOk());
  const std::string name = id::Name("reports", report.report_id);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        auto one = GoodSupplement(name);
        // Every second request id is used by two threads.
        one.set_request_id(absl::StrCat("supplement-", i % 2 == 0 ? t / 2 : 10 + t, "-", i));
        EXPECT_THAT(
            store_.AddSupplement(
                MakeTestSupplement(TestCall(), one, {ids_.NewId(), ids_.NewId()}, TestNow()),
                kSoon),
            IsOk());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const int64_t count = 2 * 10 + 4 * 10;
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM supplement"), count);
  EXPECT_EQ(database_.Number("SELECT event_sequence FROM report"), 1 + count);
  EXPECT_EQ(database_.Number("SELECT COUNT(DISTINCT subject_sequence) FROM outbox"), 1 + count);
  EXPECT_EQ(database_.Number("SELECT MAX(subject_sequence) FROM outbox"), 1 + count);
}

// However much there is, a page enters an index and reads what it returns.
TEST_F(SqlIntakeStoreTest, PagesAreReadByRange) {
  std::vector<NewReport> reports;
  for (int i = 0; i < 3000; ++i) {
    auto request = GoodSubmit(absl::StrCat("request-", 10'000 + i));
    if (i % 100 == 0) request.mutable_report()->set_company("rare");
    reports.push_back(MakeTestReport(TestCall(), kSubmitReport, request,
                                     {ids_.NewId(), ids_.NewId()},
                                     TestNow() + absl::Microseconds(i)));
  }
  std::vector<const NewReport*> pointers;
  for (const auto& report : reports) pointers.push_back(&report);
  ASSERT_THAT(store_.InsertReports(pointers, kSoon), IsOk());
  db::PoolOptions options = database_.options();
  options.max_connections = 1;
  const auto pool = db::Pool::Create(options);
  time::SystemSleeper sleeper;
  db::Transactor one(*pool, clock_, sleeper);
  SqlIntakeStore store(one, clock_, journal_);
  const Position middle{absl::ToUnixMicros(TestNow()) + 1500, std::string(16, 'a')};
  for (const ReportFilter& filter :
       {ReportFilter{}, ReportFilter{"rare", 0}, ReportFilter{"", 1}}) {
    // SHOW STATUS is the session's own, so it is asked in the session that lists.
    const auto rows_read = [&](db::Tx& tx) -> int64_t {
      int64_t sum = 0;
      const auto rows = tx.Query("SHOW SESSION STATUS LIKE 'Handler_read_%'", {});
      for (const db::Row& row : rows.value()) {
        int64_t number = 0;
        if (absl::SimpleAtoi(row.GetBytes(1), &number)) sum += number;
      }
      return sum;
    };
    int64_t before = 0;
    int64_t after = 0;
    ASSERT_THAT(one.Run({},
                        [&](db::Tx& tx) {
                          before = rows_read(tx);
                          return absl::OkStatus();
                        }),
                IsOk());
    EXPECT_THAT(*store.ListReports("acme", filter, middle, 10, kSoon), SizeIs(10));
    ASSERT_THAT(one.Run({},
                        [&](db::Tx& tx) {
                          after = rows_read(tx);
                          return absl::OkStatus();
                        }),
                IsOk());
    EXPECT_LT(after - before, 100);
  }
}

}  // namespace
}  // namespace mamori::intake
