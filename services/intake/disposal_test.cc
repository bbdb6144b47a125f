// What triage says was disposed of is gone here, once, on a real database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/audit/test_journal.h"
#include "common/db/transaction.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "services/intake/disposals.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/sql_disposal_store.h"
#include "services/intake/sql_intake_store.h"
#include "services/intake/test_content.h"
#include "services/intake/test_requests.h"

namespace mamori::intake {
namespace {

using testing::IsOk;
using testing::StatusIs;

class DisposalTest : public ::testing::Test {
 protected:
  absl::Time Soon() const { return clock_.Now() + absl::Seconds(30); }

  std::string Submit() {
    auto request = GoodSubmit();
    request.set_request_id("request-" + id::ToText(ids_.NewId()));
    const NewReport report =
        MakeTestReport(TestCall(), kSubmitReport, request, {ids_.NewId(), ids_.NewId()}, TestNow());
    EXPECT_THAT(TestSeal().MakeDurable({&report}, Soon()), IsOk());
    EXPECT_THAT(store_.InsertReports({&report}, Soon()), IsOk());
    const std::string name = id::Name("reports", report.report_id);
    EXPECT_THAT(Supplement(name), IsOk());
    auto contact = GoodContact(name);
    contact.set_request_id(request.request_id());
    EXPECT_THAT(
        store_.AddContact(
            MakeTestContact(TestCall(), contact, {ids_.NewId(), ids_.NewId()}, TestNow()), Soon()),
        IsOk());
    return report.report_id;
  }
  // Each a new one.
  absl::Status Supplement(const std::string& report) {
    auto request = GoodSupplement(report);
    request.set_request_id("supplement-" + id::ToText(ids_.NewId()));
    return store_
        .AddSupplement(
            MakeTestSupplement(TestCall(), request, {ids_.NewId(), ids_.NewId()}, TestNow()),
            Soon())
        .status();
  }
  // As if the relay had passed everything on.
  void Drain() { database_.Execute("DELETE FROM outbox", {}); }
  mamori::v1::Event Disposed(const std::string& report_id, int64_t sequence = 1,
                             const std::string& tenant = "acme") {
    mamori::v1::Event event;
    event.set_event_id(ids_.NewId());
    event.set_tenant(tenant);
    event.set_source("triage");
    event.set_subject_id(report_id);
    event.set_subject_sequence(sequence);
    event.mutable_report_disposed()->set_case_id(ids_.NewId());
    return event;
  }
  std::vector<absl::Status> Ingest(const std::vector<mamori::v1::Event>& events) {
    v1::IngestEventsRequest request;
    *request.mutable_events() = {events.begin(), events.end()};
    server::CallContext call;
    call.deadline = Soon();
    const auto response = disposals_.Ingest(call, request);
    EXPECT_THAT(response, IsOk());
    std::vector<absl::Status> statuses;
    if (!response.ok()) return statuses;
    for (const auto& one : response->results()) {
      statuses.push_back(status::FromProtoStatus(one.status()));
    }
    return statuses;
  }
  int64_t Rows(const std::string& table) {
    return database_.Query("SELECT COUNT(*) FROM " + table, {})[0].GetInt64(0);
  }

  testing::TestDatabase database_{"deploy/db/migrations/intake"};
  time::SystemClock clock_;
  id::RandomIdSource ids_;
  const audit::Journal journal_ = audit::TestJournal("intake", clock_);
  SqlIntakeStore store_{database_.transactor(), clock_, journal_};
  sealing::Eraser eraser_{TestKeyStore(), "", clock_};
  SqlDisposalStore disposal_store_{database_.transactor(), clock_, journal_, eraser_};
  Disposals disposals_{disposal_store_};
};

TEST_F(DisposalTest, AReportGoesWithAllThatBelongsToItAndTheAuditSaysSo) {
  const std::string report = Submit(), other = Submit();
  for (const std::string& read : {report, other}) {
    database_.Execute("INSERT INTO identity_reading VALUES (?, 'acme', ?, 1, ?, 0)",
                      db::Params().Add(ids_.NewId()).Add(read).Add(std::string(32, 'k')));
  }
  Drain();
  const auto event = Disposed(report);
  EXPECT_THAT(Ingest({event})[0], IsOk());
  EXPECT_EQ(Rows("identity_reading"), 1);
  EXPECT_EQ(store_.GetReports("acme", {report}, Soon())->size(), 0u);
  EXPECT_EQ(store_.GetReports("acme", {other}, Soon())->size(), 1u);
  EXPECT_EQ(store_.ListReports("acme", {}, {}, 10, Soon())->size(), 1u);
  EXPECT_EQ(Rows("report"), 1);
  EXPECT_EQ(Rows("supplement"), 1);
  EXPECT_EQ(Rows("contact"), 1);
  const db::Rows entries = database_.Query(
      "SELECT entry, sequence FROM audit_entry WHERE resource_id = ? ORDER BY sequence DESC",
      db::Params().Add(report));
  ASSERT_EQ(entries.size(), 2u) << "the supplement and its end; the first is in its group";
  EXPECT_EQ(audit::Decode(entries[0].GetBytes(0))->action, audit::kDisposeReport);
  EXPECT_EQ(entries[0].GetInt64(1), 3);
  EXPECT_THAT(Ingest({event, event})[1], IsOk()) << "delivered again";
  EXPECT_EQ(database_
                .Query("SELECT COUNT(*) FROM audit_entry WHERE resource_id = ?",
                       db::Params().Add(report))[0]
                .GetInt64(0),
            2);
  EXPECT_THAT(Supplement(id::Name("reports", report)), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(DisposalTest, WhatTriageStillHasToReadWaits) {
  const std::string report = Submit(), other = Submit();
  database_.Execute(
      "DELETE FROM outbox WHERE subject_id = ? OR subject_id = (SELECT contact_id FROM"
      " contact WHERE report_id = ?)",
      db::Params().Add(other).Add(other));
  const auto event = Disposed(report);
  const auto statuses = Ingest({event, Disposed(other)});
  EXPECT_THAT(statuses[0], StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(statuses[1], IsOk()) << "a neighbour does not wait for it";
  EXPECT_EQ(store_.GetReports("acme", {report}, Soon())->size(), 1u);
  Drain();
  EXPECT_THAT(Ingest({event})[0], IsOk());
  EXPECT_EQ(store_.GetReports("acme", {report}, Soon())->size(), 0u);
}

// What triage is told of a contact it reads here: once that is gone, the event could never be
// taken.
TEST_F(DisposalTest, WhatTriageStillHasToReadOfItsContactsWaits) {
  const std::string report = Submit();
  database_.Execute("DELETE FROM outbox WHERE subject_id = ?", db::Params().Add(report));
  const auto event = Disposed(report);
  EXPECT_THAT(Ingest({event})[0], StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(Rows("contact"), 1);
  Drain();
  EXPECT_THAT(Ingest({event})[0], IsOk());
  EXPECT_EQ(Rows("contact"), 0);
}

TEST_F(DisposalTest, AnotherTenantsWordErasesNothing) {
  const std::string report = Submit();
  Drain();
  EXPECT_THAT(Ingest({Disposed(report, 1, "other")})[0], IsOk());
  EXPECT_EQ(store_.GetReports("acme", {report}, Soon())->size(), 1u);
}

TEST_F(DisposalTest, TakesNothingElse) {
  const std::string report = Submit();
  Drain();
  EXPECT_THAT(Ingest({Disposed(report, 2)})[0], StatusIs(absl::StatusCode::kFailedPrecondition))
      << "a gap";
  auto other_source = Disposed(report);
  other_source.set_source("notification");
  auto other_fact = Disposed(report);
  other_fact.mutable_case_disposed();
  auto short_subject = Disposed(report);
  short_subject.set_subject_id("x");
  for (const auto& event : {other_source, other_fact, short_subject}) {
    EXPECT_THAT(Ingest({event})[0], StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(disposals_.Ingest({}, {}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(store_.GetReports("acme", {report}, Soon())->size(), 1u);
}

}  // namespace
}  // namespace mamori::intake
