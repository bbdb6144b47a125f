// What reporters decided, and an administrator of the database who takes it away: nothing opens by
// that, and the audit's verifier says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/audit/test_service.h"
#include "common/sealing/eraser.h"
#include "services/intake/sql_disposal_store.h"
#include "services/intake/test_reporter_fixture.h"

namespace mamori::intake {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;

constexpr char kMember[] = "test/desk-1";
constexpr char kWriter[] = "test/reporter";
constexpr char kRefused[] = "mamori_intake_reporter_refused_total";
constexpr char kOneIsMissing[] = "1 decisions of its reporter are missing or changed";

class DecisionAuditTest : public ReporterTest {
 protected:
  DecisionAuditTest() {
    access_.Allow(kMember);
    EXPECT_THAT(checkpointer_.EnsureGenesis(), IsOk());
    v1::SubmitIdentifiedReportRequest request;
    request.set_request_id("identified-0001");
    *request.mutable_report() = GoodSubmit().report();
    request.mutable_report()->set_kind(mamori::v1::REPORT_KIND_CONSULTATION);
    request.set_mode(mamori::v1::REPORTER_MODE_NAMED);
    const auto submitted = own_.Submit(CallOf(kWriter), request);
    EXPECT_THAT(submitted, IsOk());
    name_ = submitted->name();
  }

  Party Writer() { return *parties_.Reporter(CallOf(kWriter), name_); }
  absl::StatusOr<v1::Sharing> Share(v1::SharingScope scope, int64_t version,
                                    const std::string& person = "") {
    v1::Sharing sharing;
    sharing.set_version(version);
    sharing.set_scope(scope);
    if (!person.empty()) sharing.add_people(person);
    return own_.Share(CallOf(kWriter), Writer(), sharing);
  }
  absl::StatusOr<mamori::v1::Report> Read() {
    v1::GetReportRequest get;
    get.set_name(name_);
    return reports_.Get(CallOf(kMember), get);
  }
  // What is written so far is in a checkpoint.
  void Settle() {
    ahead_.Set(clock_.Now() + absl::Minutes(2));
    EXPECT_THAT(checkpointer_.RunOnce(), IsOk());
  }
  std::vector<std::string> Findings() {
    audit::SinkCopy sink{.name = "file"};
    sink.checkpoints = *database_.transactor().Run<std::vector<mamori::v1::Checkpoint>>(
        {}, [&](db::Tx& tx) { return audit::ReadCheckpoints(tx, "intake", -1, 1000); });
    audit::Verifier verifier(database_.transactor(), journal_.authenticator(), key_.public_key(),
                             {.now = clock_.Now(), .sealer = &TestSeal().sealer()});
    return verifier.Run({sink})->findings;
  }
  void Save(const std::string& table) {
    database_.Run("DROP TABLE IF EXISTS saved_" + table);
    database_.Run("CREATE TABLE saved_" + table + " AS SELECT * FROM " + table);
  }
  void SetBack(const std::string& table) {
    database_.Run("DELETE FROM " + table);
    database_.Run("INSERT INTO " + table + " SELECT * FROM saved_" + table);
  }

  std::string name_;
  const crypto::SigningKey key_ = audit::Service::Sign('d');
  time::FakeClock ahead_{clock_.Now()};
  audit::Checkpointer checkpointer_{
      {database_.transactor(), journal_.authenticator(), key_, ahead_, ids_, telemetry_},
      {.interval = absl::Seconds(5), .lease = absl::Hours(1)}};
};

TEST_F(DecisionAuditTest, ASharingThatIsTakenAwayOpensNothing) {
  ASSERT_THAT(Share(v1::SHARING_SCOPE_PEOPLE, 0, kMember), IsOk());
  ASSERT_THAT(Read(), IsOk());
  ASSERT_THAT(Share(v1::SHARING_SCOPE_NOBODY, 1), IsOk());
  EXPECT_THAT(Read(), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(Findings(), IsEmpty());
  Save("sharing");
  for (const char* attack :
       {"DELETE FROM sharing WHERE version = 2", "DELETE FROM sharing",
        "UPDATE sharing SET scope = 1 WHERE version = 2",
        "UPDATE sharing a JOIN sharing b ON b.version = 1 SET a.scope = b.scope,"
        " a.people = b.people, a.tag = b.tag WHERE a.version = 2",
        "UPDATE sharing SET version = 3 WHERE version = 1"}) {
    const double refused = telemetry_.counter(kRefused);
    database_.Run(attack);
    EXPECT_THAT(Read(), StatusIs(StatusCode::kDataLoss)) << attack;
    EXPECT_GT(telemetry_.counter(kRefused), refused) << attack;
    EXPECT_FALSE(parties_.ByToken(CallOf(kMember), name_).ok()) << attack;
    EXPECT_THAT(Share(v1::SHARING_SCOPE_EVERYONE, 0), StatusIs(StatusCode::kDataLoss)) << attack;
    EXPECT_THAT(Findings(), Contains(HasSubstr("decisions of its reporter are missing or changed")))
        << attack;
    SetBack("sharing");
    EXPECT_THAT(Findings(), IsEmpty());
  }
  // A decision that is no longer in force, and says what was known when.
  database_.Run("UPDATE sharing SET create_time = create_time - 1 WHERE version = 1");
  EXPECT_THAT(Findings(), Contains(HasSubstr(kOneIsMissing)));
}

TEST_F(DecisionAuditTest, AWithdrawalThatIsTakenAwayHoldsAllTheSame) {
  ASSERT_THAT(own_.Withdraw(CallOf(kWriter), Writer()), IsOk());
  EXPECT_THAT(Findings(), IsEmpty());
  database_.Run("DELETE FROM withdrawal");
  const auto read = Read();
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(read->withdrawn());
  EXPECT_EQ(read->narrative(), "");
  EXPECT_EQ(telemetry_.counter(kRefused), 1);
  v1::Message words;
  words.set_text("What happened?");
  words.set_language("en");
  EXPECT_THAT(dialogue_.Post(CallOf(kMember), *parties_.ByToken(CallOf(kMember), name_),
                             "message-0001", words),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_THAT(consents_.Give(CallOf(kWriter), Writer()),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_TRUE(
      messages_.Facts("acme", *id::FromName("reports", name_), clock_.Now() + absl::Seconds(20))
          ->withdrawn);
  EXPECT_THAT(Findings(), Contains(HasSubstr(kOneIsMissing)));
}

TEST_F(DecisionAuditTest, AConsentThatIsTakenAwayIsNotDecidedByAnOlderOne) {
  ASSERT_THAT(consents_.Give(CallOf(kWriter), Writer()), IsOk());
  ASSERT_THAT(consents_.Withdraw(CallOf(kWriter), Writer()), IsOk());
  EXPECT_THAT(Findings(), IsEmpty());
  Save("consent");
  for (const char* attack :
       {"DELETE FROM consent WHERE version = 2", "DELETE FROM consent",
        "UPDATE consent SET given = 1", "UPDATE consent SET version = 3 WHERE version = 1"}) {
    database_.Run(attack);
    const double refused = telemetry_.counter(kRefused);
    EXPECT_THAT(consents_.Get(CallOf(kWriter), Writer()), StatusIs(StatusCode::kDataLoss))
        << attack;
    EXPECT_GT(telemetry_.counter(kRefused), refused) << attack;
    EXPECT_THAT(consents_.Give(CallOf(kWriter), Writer()), StatusIs(StatusCode::kDataLoss))
        << attack;
    EXPECT_THAT(Findings(), Contains(HasSubstr("decisions of its reporter are missing or changed")))
        << attack;
    SetBack("consent");
    EXPECT_THAT(Findings(), IsEmpty());
  }
}

// As decisions were told before each had a chain of its own: with the tag of their row.
TEST_F(DecisionAuditTest, WhatWasDecidedBeforeIsCountedByItsTag) {
  ASSERT_THAT(Share(v1::SHARING_SCOPE_NOBODY, 0), IsOk());
  const auto tag = database_.Query("SELECT tag FROM sharing");
  const id::Id report_id = *id::FromName("reports", name_);
  database_.Run("DELETE FROM audit_entry");
  const auto first = database_.Query("SELECT audit_first FROM report");
  ASSERT_THAT(database_.transactor().Run({},
                                         [&](db::Tx& tx) {
                                           return journal_.Append(tx,
                                                                  {.kind = audit::Kind::kReport,
                                                                   .resource_id = report_id,
                                                                   .tenant = "acme",
                                                                   .action = "SetSharing",
                                                                   .record = tag[0].GetBytes(0)},
                                                                  first[0].GetBytes(0));
                                         }),
              IsOk());
  EXPECT_THAT(Read(), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(Findings(), IsEmpty());
  database_.Run("DELETE FROM sharing");
  EXPECT_THAT(Findings(), Contains(HasSubstr(kOneIsMissing)));
}

// What is left: the service asks the audit, and whoever takes its entries too is found by the
// verifier alone, once a sink has them.
TEST_F(DecisionAuditTest, WhoTakesTheAuditsEntriesTooIsFoundByTheVerifier) {
  ASSERT_THAT(Share(v1::SHARING_SCOPE_NOBODY, 0), IsOk());
  Settle();
  EXPECT_THAT(Findings(), IsEmpty());
  database_.Run("DELETE FROM sharing");
  database_.Run("DELETE FROM audit_entry");
  EXPECT_THAT(Read(), IsOk());
  const std::vector<std::string> findings = Findings();
  EXPECT_THAT(findings, Contains(HasSubstr("the sharing of " + name_ + ": entry 1 that")));
  EXPECT_THAT(findings, Contains(HasSubstr(name_ + ": entry 2 that checkpoint")));
}

TEST_F(DecisionAuditTest, WhatWasDisposedOfTakesItsDecisionsWithIt) {
  ASSERT_THAT(Share(v1::SHARING_SCOPE_NOBODY, 0), IsOk());
  ASSERT_THAT(consents_.Give(CallOf(kWriter), Writer()), IsOk());
  ASSERT_THAT(own_.Withdraw(CallOf(kWriter), Writer()), IsOk());
  database_.Run("DELETE FROM outbox");
  sealing::Eraser eraser(TestKeyStore(), "", clock_);
  SqlDisposalStore disposals(database_.transactor(), clock_, journal_, eraser);
  mamori::v1::Event event;
  event.set_event_id(ids_.NewId());
  event.set_tenant("acme");
  event.set_source("triage");
  event.set_subject_id(*id::FromName("reports", name_));
  event.set_subject_sequence(1);
  event.mutable_report_disposed()->set_case_id(ids_.NewId());
  ASSERT_THAT(disposals.Apply({&event}, clock_.Now() + absl::Seconds(20))[0], IsOk());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM sharing"), 0);
  EXPECT_THAT(Findings(), IsEmpty());
}

}  // namespace
}  // namespace mamori::intake
