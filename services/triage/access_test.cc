// Who may see a case, on a real database: also when somebody writes to it who has no key.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/triage/sql_access_rows.h"
#include "services/triage/test_triage_fixture.h"
#include "services/triage/watch.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;

constexpr auto kInternal = mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT;
constexpr auto kConsultation = mamori::v1::REPORT_KIND_CONSULTATION;

class AccessTest : public TriageFixture {
 protected:
  server::CallContext As(const std::string& person, std::vector<std::string> roles) const {
    server::CallContext call = Call("m", person);
    call.roles = std::move(roles);
    return call;
  }
  absl::Status GetAs(const server::CallContext& call, const std::string& name) {
    v1::GetCaseRequest request;
    request.set_name(name);
    return cases_.Get(call, request).status();
  }
  bool Sees(const server::CallContext& call, const mamori::v1::Case& one) {
    const absl::Status by_case = GetAs(call, one.name());
    const absl::Status by_report = GetAs(call, one.reports(0));
    EXPECT_EQ(by_case.ok(), by_report.ok());
    EXPECT_TRUE(by_case.ok() || by_case == status::NotFound("case")) << by_case;
    const auto records =
        access_store_.ReadByCase("t", {*id::FromName("cases", one.name())}, Deadline());
    EXPECT_THAT(records, IsOk());
    const bool by_record = gate_.MayRead(ViewerOf(call), records->begin()->second);
    EXPECT_EQ(by_case.ok(), by_record);
    return by_case.ok();
  }
  // The names on all pages of `size`; every page but the last is full.
  std::vector<std::string> List(const server::CallContext& call, int size = 2,
                                v1::ListCasesRequest request = {}) {
    std::vector<std::string> names;
    request.set_page_size(size);
    for (;;) {
      const auto page = cases_.List(call, request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return names;
      for (const mamori::v1::Case& one : page->cases()) names.push_back(one.name());
      if (page->next_page_token().empty()) return names;
      EXPECT_EQ(page->cases_size(), size);
      request.set_page_token(page->next_page_token());
    }
  }
  mamori::v1::Case OpenKeepingOut(
      const std::string& person,
      mamori::v1::ReportKind kind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT) {
    const mamori::v1::Event event = Receive("x", kind);
    source_.reports[{"t", event.subject_id()}].add_keep_out(person);
    EXPECT_THAT(Apply({event})[0], IsOk());
    return Get(id::Name("reports", event.subject_id()));
  }
  db::Params IdOf(const mamori::v1::Case& one) {
    return db::Params().Add(*id::FromName("cases", one.name()));
  }

  const std::vector<std::string> desk_ = {"desk"};
};

TEST_F(AccessTest, EachKindIsSeenByItsRolesAlone) {
  const mamori::v1::Case customer = Open("x");
  const mamori::v1::Case internal = Open("x", kInternal);
  const mamori::v1::Case consultation = Open("x", kConsultation);
  struct Row {
    const char* role;
    bool customer, internal, consultation;
  };
  for (const Row& row : std::vector<Row>{{"desk", true, false, false},
                                         {"consultation", false, false, true},
                                         {"first_reader", false, true, false},
                                         {"lawyer", false, false, false},
                                         {"executive", false, false, false},
                                         {"auditor", false, false, false},
                                         {"admin", false, false, false},
                                         {"reporter", false, false, false}}) {
    const server::CallContext call = As("someone", {row.role});
    EXPECT_EQ(Sees(call, customer), row.customer) << row.role;
    EXPECT_EQ(Sees(call, internal), row.internal) << row.role;
    EXPECT_EQ(Sees(call, consultation), row.consultation) << row.role;
    std::vector<std::string> listed;
    if (row.consultation) listed.push_back(consultation.name());
    if (row.internal) listed.push_back(internal.name());
    if (row.customer) listed.push_back(customer.name());
    EXPECT_EQ(List(call), listed) << row.role;
  }
  EXPECT_THAT(List(As("", desk_)), IsEmpty()) << "nobody";
}

TEST_F(AccessTest, ConsentOpensAConsultationToTheDesk) {
  const mamori::v1::Case one = Open("x", kConsultation);
  EXPECT_FALSE(Sees(As("d", desk_), one));
  auto open = Verb<v1::OpenConsultationRequest>(one.name());
  open.set_consent("by telephone");
  EXPECT_THAT(cases_.OpenConsultation(As("d", desk_), open), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(cases_.OpenConsultation(As("c", {"consultation"}), open), IsOk());
  EXPECT_TRUE(Sees(As("d", desk_), one));
  EXPECT_THAT(List(As("d", desk_)), ElementsAre(one.name()));
}

TEST_F(AccessTest, WhoIsKeptOutSeesNothingAndPagesStayFull) {
  std::vector<std::string> open;
  std::vector<std::string> all;
  for (int i = 0; i < 5; ++i) {
    open.insert(open.begin(), Open("x").name());
    all.insert(all.begin(), open.front());
    all.insert(all.begin(), OpenKeepingOut("accused").name());
  }
  EXPECT_EQ(List(As("d", desk_)), all);
  const server::CallContext accused = As("accused", {"desk", "first_reader", "consultation"});
  EXPECT_EQ(List(accused), open);
  EXPECT_EQ(List(accused, 5), open);
  v1::ListCasesRequest by_state;
  by_state.add_states(mamori::v1::CASE_STATE_RECEIVED);
  EXPECT_EQ(List(accused, 2, by_state), open);
  v1::ListCasesRequest by_company;
  by_company.set_company("acme");
  EXPECT_EQ(List(accused, 2, by_company), open);
}

TEST_F(AccessTest, EveryVerbHidesTheCaseFirst) {
  const mamori::v1::Case one = OpenKeepingOut("accused");
  const server::CallContext call = As("accused", desk_);
  const absl::Status hidden = status::NotFound("case");
  // Wrong etags, states and categories would each be told to one who may see the case.
  const auto verb = [&](auto request) {
    request.set_request_id("a-request");
    request.set_name(one.name());
    request.set_etag("v99");
    return request;
  };
  auto triage = verb(v1::TriageCaseRequest());
  triage.set_severity(mamori::v1::SEVERITY_LOW);
  triage.add_categories("NO_SUCH_ACT");
  auto assign = verb(v1::AssignCaseRequest());
  assign.set_assignee("accused");
  auto close = verb(v1::CloseCaseRequest());
  close.set_reason("r");
  auto reopen = verb(v1::ReopenCaseRequest());
  reopen.set_reason("r");
  auto withdraw = verb(v1::WithdrawCaseRequest());
  withdraw.set_reason("r");
  auto consent = verb(v1::OpenConsultationRequest());
  consent.set_consent("c");
  v1::AddNoteRequest note;
  note.set_request_id("a-request");
  note.set_name(one.name());
  note.mutable_note()->set_text("n");
  auto merge = verb(v1::MergeCasesRequest());
  merge.set_into(Open("x").name());
  v1::MergeCasesRequest into = merge;
  into.set_name(merge.into());
  into.set_into(one.name());
  into.set_etag("");
  EXPECT_EQ(cases_.Claim(call, verb(v1::ClaimCaseRequest())).status(), hidden);
  EXPECT_EQ(cases_.Assign(call, assign).status(), hidden);
  EXPECT_EQ(cases_.Triage(call, triage).status(), hidden);
  EXPECT_EQ(cases_.StartInvestigation(call, verb(v1::StartInvestigationRequest())).status(),
            hidden);
  EXPECT_EQ(cases_.StartDecision(call, verb(v1::StartDecisionRequest())).status(), hidden);
  EXPECT_EQ(cases_.StartAction(call, verb(v1::StartActionRequest())).status(), hidden);
  EXPECT_EQ(cases_.StartMonitoring(call, verb(v1::StartMonitoringRequest())).status(), hidden);
  EXPECT_EQ(cases_.Close(call, close).status(), hidden);
  EXPECT_EQ(cases_.Reopen(call, reopen).status(), hidden);
  EXPECT_EQ(cases_.Withdraw(call, withdraw).status(), hidden);
  EXPECT_EQ(cases_.OpenConsultation(call, consent).status(), hidden);
  EXPECT_EQ(cases_.AddNote(call, note).status(), hidden);
  EXPECT_EQ(cases_.Merge(call, merge).status(), hidden);
  EXPECT_EQ(cases_.Merge(call, into).status(), hidden);
  // An auditor who were a member would be told that the role does not do.
  EXPECT_THAT(cases_.Assign(As("d", desk_), assign),
              HasReason(mamori::v1::ERROR_REASON_ETAG_MISMATCH));
  assign.set_etag("");
  EXPECT_THAT(cases_.Assign(As("d", desk_), assign),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED))
      << "nobody who is kept out is given the case";
}

TEST_F(AccessTest, ARequestIdAnswersItsOwnPersonAlone) {
  const mamori::v1::Case one = Open("x");
  const auto claim = Verb<v1::ClaimCaseRequest>(one.name());
  ASSERT_THAT(cases_.Claim(As("d", desk_), claim), IsOk());
  EXPECT_THAT(cases_.Claim(As("l", {"lawyer"}), claim), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(cases_.Claim(As("d2", desk_), claim),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(AccessTest, AReportThatJoinsBringsWhomItKeepsOut) {
  const mamori::v1::Case one = Open("x");
  EXPECT_TRUE(Sees(As("accused", desk_), one));
  const mamori::v1::Event event =
      Receive("y", mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT, one.name());
  source_.reports[{"t", event.subject_id()}].add_keep_out("accused");
  ASSERT_THAT(Apply({event})[0], IsOk());
  EXPECT_FALSE(Sees(As("accused", desk_), one));
  EXPECT_TRUE(Sees(As("d", desk_), one));
  EXPECT_THAT(List(As("accused", desk_)), IsEmpty());
}

TEST_F(AccessTest, ATombstoneIsSeenOnlyByThoseWhoSeeTheCaseThatGoesOn) {
  const mamori::v1::Case from = Open("x");
  const mamori::v1::Case into = OpenKeepingOut("accused");
  auto merge = Verb<v1::MergeCasesRequest>(from.name());
  merge.set_into(into.name());
  ASSERT_THAT(cases_.Merge(As("d", desk_), merge), IsOk());
  EXPECT_THAT(GetAs(As("d", desk_), from.name()), IsOk());
  EXPECT_EQ(GetAs(As("accused", desk_), from.name()), status::NotFound("case"));
  v1::ListCasesRequest merged;
  merged.add_states(mamori::v1::CASE_STATE_MERGED);
  EXPECT_THAT(List(As("d", desk_), 2, merged), ElementsAre(from.name()));
  EXPECT_THAT(List(As("accused", desk_), 2, merged), IsEmpty());
}

TEST_F(AccessTest, AStreamShowsNothingThatItsPersonMayNotSeeWhenItIsSent) {
  Watch watch(watch_store_, hub_, {access_store_, gate_}, tokens_, clock_,
              {.heartbeat = absl::Milliseconds(30), .poll = absl::Milliseconds(5)});
  std::vector<std::string> seen;
  std::string token;
  const auto read = [&](const server::CallContext& call) {
    v1::WatchCasesRequest request;
    request.set_resume_token(token);
    seen.clear();
    int beats = 0;
    watch
        .Run(
            call, request, [] { return false; },
            [&](const v1::WatchCasesResponse& response) {
              token = response.resume_token();
              if (response.has_event()) {
                seen.push_back(id::Name("cases", response.event().subject_id()));
              }
              return response.has_event() || ++beats < 2;  // the first only says from where
            })
        .IgnoreError();
  };
  const server::CallContext accused = As("accused", desk_);
  read(accused);
  const mamori::v1::Case open = Open("x");
  const mamori::v1::Case later = Open("x");
  OpenKeepingOut("accused");
  // Written while the accused could see it; sent after that has ended.
  const mamori::v1::Event event =
      Receive("y", mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT, later.name());
  source_.reports[{"t", event.subject_id()}].add_keep_out("accused");
  ASSERT_THAT(Apply({event})[0], IsOk());
  ASSERT_THAT(hub_.RunOnce(), IsOk());
  const std::string from = token;
  read(accused);
  EXPECT_THAT(seen, ElementsAre(open.name()));
  token = "";
  read(As("d", desk_));
  token = from;
  v1::WatchCasesRequest theirs;
  theirs.set_resume_token(from);
  EXPECT_THAT(watch.Run(
                  As("d", desk_), theirs, [] { return true; }, [](const auto&) { return false; }),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN))
      << "a token is its own person's";
}

// --- The database's own administrator -----------------------------------------------------------

class TamperTest : public AccessTest {
 protected:
  // The case is nobody's any more, and it is counted as what it is.
  void ExpectRefused(const mamori::v1::Case& one, const std::string& fault) {
    for (const char* person : {"d", "insider", "accused"}) {
      EXPECT_EQ(GetAs(As(person, {"desk", "first_reader", "consultation", "admin"}), one.name()),
                status::NotFound("case"))
          << person;
    }
    EXPECT_GT(telemetry_.Take(fault), 0) << fault;
    EXPECT_THAT(List(As("insider", desk_)), IsEmpty());
    EXPECT_GT(telemetry_.Take(fault), 0) << "in lists";
  }
  void Write(const mamori::v1::CaseAccess& record, const mamori::v1::Case& one) {
    ASSERT_EQ(
        database_.Execute(
            "UPDATE case_access SET record = ? WHERE case_id = ?",
            db::Params().Add(record.SerializeAsString()).Add(*id::FromName("cases", one.name()))),
        1);
  }
  mamori::v1::CaseAccess Read(const mamori::v1::Case& one) {
    const db::Row row = database_.Query(
        "SELECT version, tag, record FROM case_access WHERE case_id = ?", IdOf(one))[0];
    return seal_.Open("t", *id::FromName("cases", one.name()), row.GetInt64(0),
                      {row.GetInt64(0), row.GetBytes(2), row.GetBytes(1)});
  }
};

TEST_F(TamperTest, ASelfAddedMemberIsRefused) {
  const mamori::v1::Case one = Open("x");
  mamori::v1::CaseAccess record = Read(one);
  record.add_members()->set_person("insider");
  Write(record, one);
  ExpectRefused(one, "tag");
}

TEST_F(TamperTest, AMemberAddedToTheIndexAloneSeesNothing) {
  const mamori::v1::Case one = Open("x", kInternal);
  database_.Execute(
      "INSERT INTO case_visibility (tenant, person, relation, create_time, case_id)"
      " SELECT tenant, ?, 1, create_time, case_id FROM case_record",
      db::Params().Add(VisibleTo(seal_, "t", "insider")));
  EXPECT_THAT(List(As("insider", desk_)), IsEmpty());
  EXPECT_THAT(List(As("insider", {"lawyer"})), IsEmpty());
  EXPECT_FALSE(Sees(As("insider", {"lawyer"}), one));
  database_.Execute("UPDATE case_record SET audience = 17, state = 1, report_kind = 1");
  EXPECT_THAT(List(As("insider", desk_)), IsEmpty()) << "the row is not asked";
  EXPECT_FALSE(Sees(As("insider", desk_), one));
}

TEST_F(TamperTest, ADeletedExclusionIsRefusedAndItsIndexIsNoWayIn) {
  const mamori::v1::Case one = OpenKeepingOut("accused");
  database_.Execute("DELETE FROM case_visibility");
  EXPECT_THAT(List(As("accused", desk_)), IsEmpty());
  mamori::v1::CaseAccess record = Read(one);
  record.clear_exclusions();
  Write(record, one);
  ExpectRefused(one, "tag");
}

TEST_F(TamperTest, AnOlderRecordIsRefused) {
  const mamori::v1::Case one = Open("x");
  const db::Rows old =
      database_.Query("SELECT version, tag, record FROM case_access WHERE case_id = ?", IdOf(one));
  const mamori::v1::Event event =
      Receive("y", mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT, one.name());
  source_.reports[{"t", event.subject_id()}].add_keep_out("accused");
  ASSERT_THAT(Apply({event})[0], IsOk());
  EXPECT_FALSE(Sees(As("accused", desk_), one));
  db::Params params;
  params.Add(old[0].GetInt64(0)).Add(old[0].GetBytes(1)).Add(old[0].GetBytes(2));
  database_.Execute("UPDATE case_access SET version = ?, tag = ?, record = ?", params);
  ExpectRefused(one, "version");
  database_.Execute("UPDATE case_access SET version = version + 1");
  ExpectRefused(one, "tag");
  // Wholly put back: the audit knows better.
  database_.Execute("UPDATE case_access SET version = ?, tag = ?, record = ?", params);
  database_.Execute("UPDATE case_record SET access_version = 1");
  ExpectRefused(one, "replayed");
}

TEST_F(TamperTest, AnotherCasesRecordAndAnotherTenantAreRefused) {
  const mamori::v1::Case mine = Open("x");
  const mamori::v1::Case theirs = OpenKeepingOut("accused");
  const db::Rows rows =
      database_.Query("SELECT tag, record FROM case_access WHERE case_id = ?", IdOf(mine));
  database_.Execute("UPDATE case_access SET tag = ?, record = ?",
                    db::Params().Add(rows[0].GetBytes(0)).Add(rows[0].GetBytes(1)));
  EXPECT_EQ(GetAs(As("accused", desk_), theirs.name()), status::NotFound("case"));
  EXPECT_GT(telemetry_.Take("tag"), 0);

  database_.Execute("UPDATE case_record SET tenant = 'u'");
  database_.Execute("UPDATE case_access SET tenant = 'u'");
  server::CallContext call = As("d", desk_);
  call.tenant = "u";
  EXPECT_EQ(GetAs(call, mine.name()), status::NotFound("case"));
  EXPECT_GT(telemetry_.Take("tag"), 0);
}

TEST_F(TamperTest, AMissingRecordIsRefused) {
  const mamori::v1::Case one = Open("x");
  database_.Execute("DELETE FROM case_access");
  ExpectRefused(one, "missing");
  // And is not made up from nothing by the next report that names the case.
  ASSERT_THAT(Apply({Receive("y", mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT, one.name())})[0],
              IsOk());
  EXPECT_EQ(GetAs(As("d", desk_), one.name()), status::NotFound("case"));
}

TEST_F(TamperTest, AnotherKeyBelievesNothing) {
  const mamori::v1::Case one = Open("x");
  const AccessSeal other(*crypto::KeyedHash::FromHex(std::string(64, 'b')), journal_, telemetry_);
  SqlAccessStore store(database_.transactor(), other);
  const auto records =
      store.ReadByReport("t", {*id::FromName("reports", one.reports(0))}, Deadline());
  ASSERT_THAT(records, IsOk());
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ(records->begin()->second.version(), 0);
}

}  // namespace
}  // namespace mamori::triage
