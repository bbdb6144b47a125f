#include "services/triage/cases.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "services/triage/sql_case_list.h"
#include "services/triage/test_triage_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;

class CasesTest : public TriageFixture {};

TEST_F(CasesTest, ACaseGoesItsWholeWay) {
  const std::string name = Open("x").name();
  EXPECT_THAT(cases_.Claim(Call("Claim"), Verb<v1::ClaimCaseRequest>(name)), IsOk());
  auto triage = Verb<v1::TriageCaseRequest>(name);
  triage.set_severity(mamori::v1::SEVERITY_MEDIUM);
  triage.add_categories("UNJUST_DEMAND");
  EXPECT_THAT(cases_.Triage(Call("Triage"), triage), IsOk());
  EXPECT_THAT(cases_.StartInvestigation(Call("i"), Verb<v1::StartInvestigationRequest>(name)),
              HasReason(mamori::v1::ERROR_REASON_RISK_NOT_ASSESSED));
  EXPECT_EQ(Get(name).state(), mamori::v1::CASE_STATE_TRIAGED);
  AssessRisk(name);
  EXPECT_THAT(cases_.StartInvestigation(Call("i"), Verb<v1::StartInvestigationRequest>(name)),
              IsOk());
  EXPECT_THAT(cases_.StartDecision(Call("d"), Verb<v1::StartDecisionRequest>(name)), IsOk());
  EXPECT_THAT(cases_.StartAction(Call("a"), Verb<v1::StartActionRequest>(name)), IsOk());
  EXPECT_THAT(cases_.StartMonitoring(Call("m"), Verb<v1::StartMonitoringRequest>(name)), IsOk());
  WantNoCare(name);
  auto close = Verb<v1::CloseCaseRequest>(name);
  close.set_reason("settled");
  close.set_no_prevention_reason("a single mistake");
  EXPECT_THAT(cases_.Close(Call("c"), close), IsOk());
  auto reopen = Verb<v1::ReopenCaseRequest>(name);
  reopen.set_reason("it goes on");
  EXPECT_THAT(cases_.Reopen(Call("r"), reopen), IsOk());
  const mamori::v1::Case done = Get(name);
  EXPECT_EQ(done.state(), mamori::v1::CASE_STATE_INVESTIGATING);
  EXPECT_EQ(done.assignee(), "desk-1");
  EXPECT_EQ(done.severity(), mamori::v1::SEVERITY_MEDIUM);
  EXPECT_THAT(done.categories(), ElementsAre("UNJUST_DEMAND"));
  ASSERT_EQ(done.notes_size(), 2);
  EXPECT_THAT(done.notes(0).text(), ::testing::StartsWith("settled"));
  EXPECT_EQ(done.notes(1).text(), "it goes on");
  EXPECT_EQ(done.notes(1).author(), "desk-1");
  // Opened, assigned, severity, and seven states; without a gap, which Outbox() checks.
  EXPECT_EQ(Outbox(name).size(), 10u);
}

TEST_F(CasesTest, TheSameCallGetsTheFirstAnswer) {
  const std::string name = Open("x").name();
  auto request = Verb<v1::ClaimCaseRequest>(name);
  const auto first = cases_.Claim(Call("Claim"), request);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(cases_.Claim(Call("Claim"), request), IsOk());
  EXPECT_EQ(cases_.Claim(Call("Claim"), request)->etag(), first->etag());
  EXPECT_EQ(Outbox(name).size(), 2u);
  request.set_etag("v1");
  EXPECT_THAT(cases_.Claim(Call("Claim"), request),
              HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
}

TEST_F(CasesTest, RefusesWhatTheCaseOrItsStateDoesNotAllow) {
  const mamori::v1::Case open = Open("x");
  auto stale = Verb<v1::ClaimCaseRequest>(open.name());
  stale.set_etag("v99");
  EXPECT_THAT(cases_.Claim(Call("Claim"), stale),
              HasReason(mamori::v1::ERROR_REASON_ETAG_MISMATCH));
  EXPECT_THAT(cases_.StartAction(Call("a"), Verb<v1::StartActionRequest>(open.name())),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_THAT(cases_.Claim(Call("Claim", "p", "other"), Verb<v1::ClaimCaseRequest>(open.name())),
              StatusIs(absl::StatusCode::kNotFound));
  v1::GetCaseRequest get;
  get.set_name(open.reports(0));
  EXPECT_THAT(cases_.Get(Call("Get", "", "other"), get), StatusIs(absl::StatusCode::kNotFound));
  auto triage = Verb<v1::TriageCaseRequest>(open.name());
  triage.set_severity(mamori::v1::SEVERITY_LOW);
  triage.add_categories("NO_SUCH_ACT");
  EXPECT_THAT(cases_.Triage(Call("Triage"), triage), StatusIs(absl::StatusCode::kInvalidArgument));
  auto fresh = Verb<v1::ClaimCaseRequest>(open.name());
  fresh.set_etag(open.etag());
  EXPECT_THAT(cases_.Claim(Call("Claim"), fresh), IsOk());
}

TEST_F(CasesTest, OfManyWhoClaimOneHasIt) {
  const std::string name = Open("x").name();
  std::vector<v1::ClaimCaseRequest> requests;
  for (int i = 0; i < 8; ++i) requests.push_back(Verb<v1::ClaimCaseRequest>(name));
  std::vector<absl::Status> results(requests.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < requests.size(); ++i) {
    threads.emplace_back([&, i] {
      results[i] = cases_.Claim(Call("Claim", absl::StrCat("desk-", i)), requests[i]).status();
    });
  }
  for (std::thread& thread : threads) thread.join();
  int won = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].ok()) {
      ++won;
      EXPECT_EQ(Get(name).assignee(), absl::StrCat("desk-", i));
    } else {
      EXPECT_THAT(results[i], HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(Outbox(name).size(), 2u);
}

TEST_F(CasesTest, NotesAreAnsweredAndKept) {
  const std::string name = Open("x").name();
  auto request = Verb<v1::AddNoteRequest>(name);
  request.mutable_note()->set_text("電話した");
  const auto note = cases_.AddNote(Call("Note"), request);
  ASSERT_THAT(note, IsOk());
  EXPECT_THAT(*cases_.AddNote(Call("Note"), request), EqualsProto(*note));
  const mamori::v1::Case one = Get(name);
  ASSERT_EQ(one.notes_size(), 1);
  EXPECT_THAT(one.notes(0), EqualsProto(*note));
}

TEST_F(CasesTest, AMergedCaseIsATombstoneThatRedirects) {
  const mamori::v1::Case from = Open("「殺してやる」と言われた。");
  const mamori::v1::Case into = Open("x");
  auto merge = Verb<v1::MergeCasesRequest>(from.name());
  merge.set_into(into.name());
  const auto result = cases_.Merge(Call("Merge"), merge);
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->name(), into.name());
  EXPECT_EQ(result->reports_size(), 2);
  EXPECT_EQ(result->severity(), mamori::v1::SEVERITY_HIGH);
  const mamori::v1::Case tombstone = Get(from.name());
  EXPECT_EQ(tombstone.state(), mamori::v1::CASE_STATE_MERGED);
  EXPECT_EQ(tombstone.merged_into(), into.name());
  EXPECT_THAT(tombstone.reports(), IsEmpty());
  EXPECT_EQ(Get(from.reports(0)).name(), into.name());
  EXPECT_THAT(cases_.Claim(Call("Claim"), Verb<v1::ClaimCaseRequest>(from.name())),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  auto back = Verb<v1::MergeCasesRequest>(into.name());
  back.set_into(from.name());
  EXPECT_THAT(cases_.Merge(Call("Merge"), back),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_TRUE(Outbox(from.name()).back().has_case_merged());
  EXPECT_TRUE(Outbox(into.name()).back().has_report_joined());
}

TEST_F(CasesTest, CrossingMergesLeaveOneCase) {
  const std::string a = Open("x").name();
  const std::string b = Open("y").name();
  auto ab = Verb<v1::MergeCasesRequest>(a);
  ab.set_into(b);
  auto ba = Verb<v1::MergeCasesRequest>(b);
  ba.set_into(a);
  absl::Status other;
  std::thread thread([&] { other = cases_.Merge(Call("Merge"), ba).status(); });
  const absl::Status one = cases_.Merge(Call("Merge"), ab).status();
  thread.join();
  EXPECT_NE(one.ok(), other.ok());
}

class ListTest : public TriageFixture {
 protected:
  // All pages of the query; `between` runs after each.
  template <typename Between>
  std::vector<std::string> ListAll(v1::ListCasesRequest request, Between between) {
    std::vector<std::string> names;
    for (;;) {
      const auto page = cases_.List(Call("List"), request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return names;
      for (const mamori::v1::Case& one : page->cases()) names.push_back(one.name());
      if (page->next_page_token().empty()) return names;
      request.set_page_token(page->next_page_token());
      between();
    }
  }
  std::vector<std::string> ListAll(const v1::ListCasesRequest& request) {
    return ListAll(request, [] {});
  }
};

TEST_F(ListTest, ACaseOfAListIsWithoutWhatBelongsToIt) {
  const mamori::v1::Case open = Open("x");
  auto note = Verb<v1::AddNoteRequest>(open.name());
  note.mutable_note()->set_text("y");
  EXPECT_THAT(cases_.AddNote(Call("AddNote"), note), IsOk());
  const auto page = cases_.List(Call("List"), v1::ListCasesRequest());
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->cases_size(), 1);
  mamori::v1::Case want = Get(open.name());
  EXPECT_EQ(want.reports_size(), 1);
  want.clear_reports();
  want.clear_assessments();
  want.clear_notes();
  want.clear_deliveries();
  EXPECT_THAT(page->cases(0), EqualsProto(want));
}

TEST_F(ListTest, PagesStayStableWhileCasesAreAddedAndChanged) {
  std::set<std::string> there;
  std::string some;
  for (int i = 0; i < 23; ++i) there.insert(some = Open("x").name());
  v1::ListCasesRequest request;
  request.set_page_size(5);
  const std::vector<std::string> names = ListAll(request, [&] {
    Open("later");
    auto note = Verb<v1::AddNoteRequest>(some);
    note.mutable_note()->set_text("n");
    EXPECT_THAT(cases_.AddNote(Call("Note"), note), IsOk());
  });
  EXPECT_EQ(names.size(), 23u);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), there);
}

// The bound is on rows that the server read, which is what grows with the table when no index fits.
TEST_F(ListTest, APageReadsNoMoreThanItself) {
  const std::string filler =
      "INSERT INTO case_record SELECT RANDOM_BYTES(16), tenant, ?, ?, report_kind, severity,"
      " assignee, categories, policy_digest, NULL, 1, 1, create_time + ?, update_time,"
      " access_version, audience, audit_first, anonymous"
      " FROM case_record LIMIT 1";
  Open("x");
  const auto fill = [&](const std::string& company, mamori::v1::CaseState state, int count) {
    EXPECT_THAT(database_.transactor().Run(
                    {},
                    [&](db::Tx& tx) -> absl::Status {
                      for (int i = 0; i < count; ++i) {
                        const auto added = tx.Execute(
                            filler, db::Params().Add(company).Add(static_cast<int>(state)).Add(i));
                        if (!added.ok()) return added.status();
                      }
                      return absl::OkStatus();
                    }),
                IsOk());
  };
  fill("large", mamori::v1::CASE_STATE_RECEIVED, 300);
  fill("large", mamori::v1::CASE_STATE_CLOSED, 2);
  fill("small", mamori::v1::CASE_STATE_RECEIVED, 2);

  const auto rows_read = [&](const CaseFilter& filter) {
    const auto read = [](db::Tx& tx) {
      int64_t sum = 0;
      const auto rows = tx.Query("SHOW SESSION STATUS LIKE 'Handler_read%'", {});
      for (const db::Row& row : *rows) sum += std::stoll(row.GetBytes(1));
      return sum;
    };
    return *database_.transactor().Run<int64_t>(
        {.read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<int64_t> {
          const ListQuery query = MakeListQuery(filter, std::nullopt, 3);
          const int64_t before = read(tx);
          const auto rows = tx.Query(query.sql, query.params);
          if (!rows.ok()) return rows.status();
          return read(tx) - before;
        });
  };
  const auto closed = mamori::v1::CASE_STATE_CLOSED;
  const auto received = mamori::v1::CASE_STATE_RECEIVED;
  for (const CaseFilter& filter :
       std::vector<CaseFilter>{{.tenant = "t"},
                               {.tenant = "t", .company = "small"},
                               {.tenant = "t", .states = {closed}},
                               {.tenant = "t", .states = {received}, .company = "small"},
                               {.tenant = "t", .states = {closed}, .company = "large"},
                               {.tenant = "t", .states = {closed, received}, .company = "small"}}) {
    EXPECT_LT(rows_read(filter), 100) << filter.company << " " << filter.states.size();
  }
}

TEST_F(ListTest, EveryFilterFindsExactlyItsOwn) {
  const std::string plain = Open("x").name();
  const std::string threat = Open("「殺してやる」と言われた。").name();
  const std::string taken = Open("y").name();
  const std::string gone = Open("z").name();
  ASSERT_THAT(cases_.Claim(Call("Claim", "me"), Verb<v1::ClaimCaseRequest>(taken)), IsOk());
  auto merge = Verb<v1::MergeCasesRequest>(gone);
  merge.set_into(taken);
  ASSERT_THAT(cases_.Merge(Call("Merge"), merge), IsOk());
  auto triage = Verb<v1::TriageCaseRequest>(plain);
  triage.set_severity(mamori::v1::SEVERITY_CRITICAL);
  ASSERT_THAT(cases_.Triage(Call("Triage"), triage), IsOk());

  v1::ListCasesRequest all;
  EXPECT_THAT(ListAll(all), ElementsAre(taken, threat, plain));
  v1::ListCasesRequest by_state;
  by_state.add_states(mamori::v1::CASE_STATE_TRIAGED);
  by_state.add_states(mamori::v1::CASE_STATE_MERGED);
  EXPECT_THAT(ListAll(by_state), ElementsAre(gone, plain));
  by_state.set_page_size(1);
  EXPECT_THAT(ListAll(by_state), ElementsAre(gone, plain));
  v1::ListCasesRequest by_severity;
  by_severity.set_min_severity(mamori::v1::SEVERITY_HIGH);
  by_severity.set_page_size(1);
  EXPECT_THAT(ListAll(by_severity), ElementsAre(threat, plain));
  by_severity.set_company("acme");
  by_severity.add_states(mamori::v1::CASE_STATE_RECEIVED);
  EXPECT_THAT(ListAll(by_severity), ElementsAre(threat));
  v1::ListCasesRequest by_category;
  by_category.set_category("INTIMIDATION_VIOLENCE");
  by_category.set_page_size(1);
  EXPECT_THAT(ListAll(by_category), ElementsAre(threat));
  v1::ListCasesRequest by_assignee;
  by_assignee.set_assignee("me");
  EXPECT_THAT(ListAll(by_assignee), ElementsAre(taken));
  v1::ListCasesRequest by_company;
  by_company.set_company("acme");
  by_company.set_page_size(2);
  EXPECT_THAT(ListAll(by_company), ElementsAre(taken, threat, plain));
  by_company.set_company("other");
  EXPECT_THAT(ListAll(by_company), IsEmpty());

  all.set_page_size(1);
  const auto page = cases_.List(Call("List"), all);
  ASSERT_THAT(page, IsOk());
  by_company.set_page_token(page->next_page_token());
  EXPECT_THAT(cases_.List(Call("List"), by_company),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
  all.set_page_token(page->next_page_token());
  EXPECT_THAT(cases_.List(Call("List", "", "other"), all),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
}

}  // namespace
}  // namespace mamori::triage
