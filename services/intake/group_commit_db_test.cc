// The writer on a real database: what one request, one connection or one answer breaks, and what it
// must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/test_journal.h"
#include "common/db/pool.h"
#include "common/testing/matchers.h"
#include "common/testing/tcp_gate.h"
#include "common/testing/test_database.h"
#include "services/intake/group_commit.h"
#include "services/intake/group_commit_fixture.h"
#include "services/intake/sql_intake_store.h"

namespace mamori::intake {
namespace {

using absl::StatusCode;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

// The protocol's code for a query, then its text.
constexpr char kCommitPacket[] =
    "\x03"
    "COMMIT";

class GroupCommitDbTest : public ::testing::Test {
 protected:
  void Make(GroupCommit::Options options, int port = 0) {
    db::PoolOptions pool = database_.options();
    if (port != 0) pool.port = port;
    pool.max_connections = options.writers;
    pool_ = db::Pool::Create(pool);
    transactor_ = std::make_unique<db::Transactor>(*pool_, clock_, sleeper_);
    store_ = std::make_unique<SqlIntakeStore>(*transactor_, clock_, journal_);
    writer_ = std::make_unique<GroupCommit>(
        GroupCommit::Dependencies{*store_, TestSeal(), clock_, telemetry_, [] {}}, options);
    client_ = std::make_unique<Client>(*writer_);
  }
  ~GroupCommitDbTest() override { writer_.reset(); }

  absl::Time Soon() const { return clock_.Now() + absl::Seconds(20); }
  std::vector<PendingAnswer> SendMany(int begin, int end) {
    std::vector<PendingAnswer> answers;
    for (int i = begin; i < end; ++i) answers.push_back(client_->Send(Numbered(i), Soon()));
    return answers;
  }
  // Each table has one row per report, and nothing else.
  void ExpectRows(int64_t count) {
    for (const char* table : {"report", "outbox"}) {
      EXPECT_EQ(database_.Number(absl::StrCat("SELECT COUNT(*) FROM ", table)), count) << table;
    }
  }

  testing::TestDatabase database_{"deploy/db/migrations/intake"};
  time::SystemClock clock_;
  const audit::Journal journal_ = audit::TestJournal("intake", clock_);
  time::SystemSleeper sleeper_;
  telemetry::NullTelemetry telemetry_;
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<db::Transactor> transactor_;
  std::unique_ptr<SqlIntakeStore> store_;
  std::unique_ptr<GroupCommit> writer_;
  std::unique_ptr<Client> client_;
};

TEST_F(GroupCommitDbTest, WritesAllTablesOrNone) {
  Make({.writers = 2, .max_batch = 64});
  auto answers = SendMany(0, 300);
  writer_->Start();
  for (auto& answer : answers) EXPECT_THAT(Get(answer), IsOk());
  ExpectRows(300);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM outbox JOIN report ON report_id = subject_id"
                             " WHERE subject_sequence = 1 AND event_sequence = 1"),
            300);
}

TEST_F(GroupCommitDbTest, TheSameIdGetsTheFirstAnswerAndAnotherBodyIsRefused) {
  Make({.writers = 1, .max_batch = 64});
  auto first = client_->Send(Numbered(1), Soon());
  writer_->Start();
  const std::string name = NameIn(Get(first));
  std::vector<PendingAnswer> neighbours = SendMany(2, 20);
  auto same = client_->Send(Numbered(1), Soon());
  auto other = client_->Send(WithNarrative(Numbered(1), "other words"), Soon());
  EXPECT_EQ(NameIn(Get(same)), name);
  EXPECT_THAT(Get(other), HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
  for (auto& answer : neighbours) EXPECT_THAT(Get(answer), IsOk());
  ExpectRows(19);
}

TEST_F(GroupCommitDbTest, AFailingInsertFailsItsRequestAlone) {
  Make({.writers = 1, .max_batch = 64});
  database_.Run(
      "CREATE TRIGGER one_fails BEFORE INSERT ON outbox FOR EACH ROW"
      " BEGIN IF (SELECT company FROM report WHERE report_id = NEW.subject_id) = 'bad'"
      " THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF; END");
  auto answers = SendMany(0, 21);
  auto request = Numbered(100);
  request.mutable_report()->set_company("bad");
  auto bad = client_->Send(request, Soon());
  auto more = SendMany(21, 40);
  writer_->Start();
  EXPECT_THAT(Get(bad), StatusIs(StatusCode::kInternal));
  for (auto& answer : answers) EXPECT_THAT(Get(answer), IsOk());
  for (auto& answer : more) EXPECT_THAT(Get(answer), IsOk());
  ExpectRows(40);
  database_.Run("DROP TRIGGER one_fails");
  auto again = client_->Send(request, Soon());  // nothing of it was kept
  EXPECT_THAT(Get(again), IsOk());
  ExpectRows(41);
}

TEST_F(GroupCommitDbTest, ConcurrentRepeatsInManyWritersAreOneReport) {
  Make({.writers = 4, .max_batch = 4});
  std::vector<PendingAnswer> answers;
  for (int round = 0; round < 8; ++round) {
    for (int i = 0; i < 40; ++i) answers.push_back(client_->Send(Numbered((i * 7) % 40), Soon()));
  }
  writer_->Start();
  std::vector<std::string> names(40);
  for (size_t n = 0; n < answers.size(); ++n) {
    std::string& name = names[(n % 40 * 7) % 40];
    const auto answer = Get(answers[n]);
    EXPECT_THAT(answer, IsOk());
    if (name.empty()) name = NameIn(answer);
    EXPECT_EQ(NameIn(answer), name);
  }
  ExpectRows(40);
}

TEST_F(GroupCommitDbTest, AKilledConnectionIsReplacedWithoutLossOrDouble) {
  Make({.writers = 2, .max_batch = 8});
  writer_->Start();
  std::atomic<bool> stop = false;
  std::thread killer([&] {
    while (!stop) {
      for (const db::Row& row : database_.Query("SHOW PROCESSLIST")) {
        const bool ours = !row.IsNull(3) && row.GetBytes(3) == database_.options().schema;
        const bool asking = !row.IsNull(7) && row.GetBytes(7) == "SHOW PROCESSLIST";
        if (!ours || asking) continue;
        // It may be gone by itself meanwhile: then there is nothing to kill.
        (void)database_.transactor().Run({}, [&](db::Tx& tx) {
          return tx.Execute(absl::StrCat("KILL ", row.GetInt64(0)), {}).status();
        });
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
  });
  std::vector<int> again;
  std::vector<PendingAnswer> answers;
  for (int i = 0; i < 400; ++i) {
    answers.push_back(client_->Send(Numbered(i), Soon()));
    if (i % 8 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  stop = true;
  for (int i = 0; i < 400; ++i) {
    // A connection killed while it was being opened: the caller is told to come again, with the
    // same id.
    const auto answer = Get(answers[i]);
    if (answer.ok()) continue;
    EXPECT_THAT(answer, StatusIs(StatusCode::kUnavailable));
    again.push_back(i);
  }
  killer.join();
  EXPECT_LT(again.size(), 200u);
  for (int i : again) {
    auto answer = client_->Send(Numbered(i), Soon());
    EXPECT_THAT(Get(answer), IsOk());
  }
  ExpectRows(400);
}

TEST_F(GroupCommitDbTest, ACommitWhoseAnswerIsLostIsAnsweredAllTheSame) {
  testing::TcpGate gate(database_.options().host, database_.options().port);
  Make({.writers = 1, .max_batch = 64}, gate.port());
  auto answers = SendMany(0, 30);
  gate.LoseAnswerTo(kCommitPacket);
  writer_->Start();
  for (auto& answer : answers) EXPECT_THAT(Get(answer), IsOk());
  EXPECT_TRUE(gate.answer_lost());
  ExpectRows(30);
  auto again = SendMany(0, 30);
  for (auto& answer : again) EXPECT_THAT(Get(answer), IsOk());
  ExpectRows(30);
}

TEST_F(GroupCommitDbTest, WithoutADatabaseItSaysSoInTime) {
  testing::TcpGate gate(database_.options().host, database_.options().port);
  Make({.writers = 1, .max_batch = 64}, gate.port());
  gate.Close();
  writer_->Start();
  auto answer = client_->Send(Numbered(1), clock_.Now() + absl::Seconds(2));
  EXPECT_THAT(Get(answer), StatusIs(StatusCode::kUnavailable));
  gate.Open();
  auto again = client_->Send(Numbered(1), Soon());
  EXPECT_THAT(Get(again), IsOk());
  ExpectRows(1);
}

TEST_F(GroupCommitDbTest, LargeReportsFitIntoOneBatch) {
  Make({.writers = 1, .max_batch = 64});
  std::vector<PendingAnswer> answers;
  for (int i = 0; i < 64; ++i) {
    answers.push_back(client_->Send(WithNarrative(Numbered(i), std::string(65536, 'x')), Soon()));
  }
  writer_->Start();
  for (auto& answer : answers) EXPECT_THAT(Get(answer), IsOk());
  ExpectRows(64);
}

}  // namespace
}  // namespace mamori::intake
