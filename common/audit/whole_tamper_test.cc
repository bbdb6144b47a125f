// The administrator with more in his hands than rows: the whole database as it was yesterday, and a
// case with its chain, while the service goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "common/audit/test_administrator.h"

namespace mamori::audit {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

// Every table that has rows, as it is now.
class Backup {
 public:
  explicit Backup(testing::TestDatabase& db) : db_(db) {
    for (const db::Row& row :
         db.Query("SELECT table_name FROM information_schema.tables"
                  " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'")) {
      const std::string& table = row.GetBytes(0);
      tables_.push_back(table);
      db.Run("CREATE TABLE backup_" + table + " AS SELECT * FROM " + table);
    }
  }
  void Restore() {
    for (const std::string& table : tables_) {
      db_.Run("DELETE FROM " + table);
      db_.Run("INSERT INTO " + table + " SELECT * FROM backup_" + table);
    }
  }

 private:
  testing::TestDatabase& db_;
  std::vector<std::string> tables_;
};

TEST(ADatabaseOfYesterday, IsFoundAndStaysSoWhateverTheServiceSignsUponIt) {
  Service service("intake");
  service.Submit(3, 2);
  service.Settle();
  Backup backup(service.database_);
  service.clock_.Advance(absl::Hours(24));
  service.Submit(2, 1);
  service.Settle();
  ASSERT_THAT(service.Verify().findings, IsEmpty());

  backup.Restore();
  EXPECT_THAT(service.Verify().findings, Contains(HasSubstr("it was set back")));
  // The service knows nothing of it, and signs on from there: past all that a sink has.
  Checkpointer restarted({service.database_.transactor(), service.journal_.authenticator(),
                          service.key_, service.clock_, service.ids_, service.telemetry_},
                         {.interval = absl::Seconds(5)});
  service.Submit(1, 1);
  service.database_.Execute("UPDATE lease SET expire_time = 0");  // it is over
  for (int i = 0; i < 6; ++i) {
    service.clock_.Advance(absl::Seconds(20));
    ASSERT_THAT(restarted.RunOnce(), IsOk());
  }
  const int64_t last = service.sink_.checkpoints.back().number();
  service.Publish();
  ASSERT_GT(service.sink_.checkpoints.back().number(), last) << "it went on";
  EXPECT_THAT(service.Verify().findings, Contains(HasSubstr("the database has another one")));
}

constexpr int64_t kNew = 1;

// As triage opens one, for a report.
id::Id OpenCase(Service& triage, const id::Id& report) {
  const Authenticator& authenticator = triage.journal_.authenticator();
  const CaseColumns columns{.case_id = triage.ids_.NewId(),
                            .tenant = "t",
                            .company = "c",
                            .state = kNew,
                            .report_kind = 1,
                            .policy_digest = std::string(64, '0'),
                            .version = 1,
                            .access_version = 1};
  const std::string tag(32, 'a');
  EXPECT_THAT(
      triage.database_.transactor().Run(
          {},
          [&](db::Tx& tx) -> absl::Status {
            const auto group =
                triage.journal_.Begin(tx, {{.kind = Kind::kCase,
                                            .resource_id = columns.case_id,
                                            .tenant = "t",
                                            .action = "IngestEvents",
                                            .who = {"intake", ""},
                                            .record = RecordOf(authenticator, columns),
                                            .access_version = 1,
                                            .access = tag,
                                            .cause_kind = Kind::kReport,
                                            .cause_id = report}});
            if (!group.ok()) return group.status();
            const absl::Status added = tx.ExecuteExpecting(
                1,
                "INSERT INTO case_record (case_id, tenant, company, state, report_kind, severity,"
                " assignee, categories, policy_digest, version, access_version, event_sequence,"
                " create_time, update_time, audit_first)"
                " VALUES (?, 't', 'c', ?, 1, 0, '', '', ?, 1, 1, 1, ?, ?, ?)",
                db::Params()
                    .Add(columns.case_id)
                    .Add(kNew)
                    .Add(columns.policy_digest)
                    .Add(triage.clock_.Now())
                    .Add(triage.clock_.Now())
                    .Add(group->hashes[0]));
            if (!added.ok()) return added;
            const absl::Status joined = tx.ExecuteExpecting(
                1,
                "INSERT INTO case_report (report_id, tenant, case_id, join_time, assessment)"
                " VALUES (?, 't', ?, ?, ?)",
                db::Params()
                    .Add(report)
                    .Add(columns.case_id)
                    .Add(triage.clock_.Now())
                    .Add(triage.NewKey().Seal(sealing::AssessmentBody("t", report, 1), "a")));
            if (!joined.ok()) return joined;
            return tx.ExecuteExpecting(
                1,
                "INSERT INTO case_access (case_id, tenant, version, tag, record)"
                " VALUES (?, 't', 1, ?, 'r')",
                db::Params().Add(columns.case_id).Add(tag));
          }),
      IsOk());
  return columns.case_id;
}

class CaseTest : public ::testing::Test {
 protected:
  CaseTest() {
    for (const id::Id& report : intake_.Submit(2)) cases_.push_back(OpenCase(triage_, report));
    intake_.Settle();
    triage_.Settle();
  }
  std::vector<std::string> References() {
    const Verified intake = intake_.Verify(), triage = triage_.Verify();
    return CheckReferences({{"intake", &intake}, {"triage", &triage}}, intake_.clock_.Now());
  }
  void ForgetCase(Administrator& administrator) {
    administrator.ForgetWhole(cases_[0], "case_id", {"case_access", "case_report", "case_record"});
  }

  Service intake_{"intake"};
  Service triage_{"triage"};
  std::vector<id::Id> cases_;
};

TEST_F(CaseTest, UntouchedThereIsNothingToFind) {
  EXPECT_THAT(triage_.Verify().findings, IsEmpty());
  EXPECT_THAT(References(), IsEmpty());
}

TEST_F(CaseTest, AWholeChainWithItsCaseIsFound) {
  Administrator administrator(triage_);
  ForgetCase(administrator);
  EXPECT_THAT(triage_.Verify().findings, Contains(HasSubstr("not signed by the pinned key")));
  administrator.SignAll();
  EXPECT_THAT(triage_.Verify().findings, Contains(HasSubstr("the database has another one")));
}

TEST_F(CaseTest, ACaseAloneIsFound) {
  triage_.database_.Execute("DELETE FROM case_record WHERE case_id = ?",
                            db::Params().Add(cases_[0]));
  EXPECT_THAT(triage_.Verify().findings, Contains(HasSubstr("its case is missing")));
}

TEST_F(CaseTest, AReportThatIsTakenOutOfItsCaseIsFound) {
  triage_.database_.Execute("DELETE FROM case_report WHERE case_id = ?",
                            db::Params().Add(cases_[0]));
  EXPECT_THAT(triage_.Verify().findings, ::testing::ElementsAre(HasSubstr(": no case has it")));
}

// Whoever holds every key of a service can rewrite it all, also what its sinks have; the others
// still tell of it.
TEST_F(CaseTest, AReportOfWhichTheOtherServiceTellsIsMissedThere) {
  const Verified triage = triage_.Verify();
  Verified intake = intake_.Verify();
  intake.chains.erase(intake.chains.begin());
  EXPECT_THAT(CheckReferences({{"intake", &intake}, {"triage", &triage}}, intake_.clock_.Now()),
              ::testing::ElementsAre(HasSubstr("is not in intake's audit")));
}

// The row that would have told triage of a report is in no audit: whoever deletes it in time leaves
// both services' audits whole.
TEST_F(CaseTest, AReportThatTriageNeverHeardOfIsFound) {
  ASSERT_EQ(intake_.Submit(1).size(), 1u);
  intake_.Settle();
  const Verified triage = triage_.Verify(), intake = intake_.Verify();
  const auto at = [&](absl::Duration later) {
    return CheckReferences({{"intake", &intake}, {"triage", &triage}},
                           intake_.clock_.Now() + later);
  };
  EXPECT_THAT(at(absl::Hours(47)), IsEmpty()) << "it may still be on its way";
  EXPECT_THAT(at(absl::Hours(49)),
              ::testing::ElementsAre(HasSubstr("no case of it in triage's audit")));
}

}  // namespace
}  // namespace mamori::audit
