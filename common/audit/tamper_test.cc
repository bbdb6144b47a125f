// What an administrator of the database changes row by row is found (test_administrator.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "common/audit/test_administrator.h"

namespace mamori::audit {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Case {
  const char* name;
  std::function<void(Service&, Administrator&, const std::vector<id::Id>&)> tamper;
  // What is said among the findings.
  const char* want;
};

class TamperTest : public ::testing::TestWithParam<Case> {};

TEST_P(TamperTest, IsFound) {
  Service service("intake");
  const std::vector<id::Id> reports = service.Submit(3, 3);
  service.Settle();
  const std::vector<id::Id> later = service.Submit(2, 1);
  service.Settle();
  ASSERT_THAT(service.Verify().findings, IsEmpty());
  Administrator administrator(service);
  GetParam().tamper(service, administrator, reports);
  const Verified verified = service.Verify();
  EXPECT_THAT(verified.findings, Contains(HasSubstr(GetParam().want)))
      << ::testing::PrintToString(verified.findings);
}

// Moves the first report's second entry behind its third.
void Swap(Service& service, Administrator& administrator, const std::vector<id::Id>& reports) {
  auto& db = service.database_;
  const auto rows = db.Query(
      "SELECT entry, mac FROM audit_entry WHERE resource_id = ? AND sequence IN (2, 3)"
      " ORDER BY sequence",
      db::Params().Add(reports[0]));
  for (int i = 0; i < 2; ++i) {
    Entry entry = *Decode(rows[1 - i].GetBytes(0));
    entry.sequence = 2 + i;
    db.Execute(
        "UPDATE audit_entry SET entry = ?, mac = ?, time = ? WHERE resource_id = ?"
        " AND sequence = ?",
        db::Params()
            .Add(Encode(entry))
            .Add(rows[1 - i].GetBytes(1))
            .Add(entry.time)
            .Add(reports[0])
            .Add(2 + i));
  }
  const Entry second = *Decode(rows[0].GetBytes(0));
  administrator.Rewrite(reports[0], 2, [&](Entry& entry) { entry.previous = second.previous; });
}

// An entry that was never written, of a resource that never was, authenticated with another key.
void Forge(Service& service, absl::Duration age) {
  Entry entry{.kind = Kind::kReport,
              .resource_id = std::string(16, 'f'),
              .sequence = 1,
              .time = service.clock_.Now() - age,
              .tenant = "t",
              .action = "SubmitReport"};
  const std::string encoded = Encode(entry);
  const std::string hash = HashOf(encoded);
  const Authenticator own(*crypto::KeyedHash::FromHex(std::string(64, '0')), "intake");
  service.database_.Execute(
      "INSERT INTO audit_entry (resource_id, kind, sequence, time, access_version, hash, mac,"
      " entry) VALUES (?, 1, 1, ?, 0, ?, ?, ?)",
      db::Params()
          .Add(entry.resource_id)
          .Add(entry.time)
          .Add(hash)
          .Add(own.OfEntry(hash))
          .Add(encoded));
}

const Case kCases[] = {
    {"OneBitOfAnEntry",
     [](Service&, Administrator& a, const auto& ids) {
       a.Rewrite(ids[0], 3, [](Entry& entry) { entry.commitment[5] ^= 1; });
     },
     "entry 3: not what the service wrote"},
    {"WhoDidIt",
     [](Service&, Administrator& a, const auto& ids) {
       a.Rewrite(ids[0], 2, [](Entry& entry) { entry.who.person = "somebody"; });
     },
     "entry 2: not what the service wrote"},
    {"TheTime",
     [](Service&, Administrator& a, const auto& ids) {
       a.Rewrite(ids[1], 4, [](Entry& entry) { entry.time -= absl::Hours(5); });
     },
     "entry 4: time runs backwards"},
    {"OneBitOfAReport",
     [](Service& s, Administrator&, const auto& ids) {
       s.database_.Execute(
           "UPDATE report SET body = INSERT(body, 60, 1, CHAR(ASCII(SUBSTR(body, 60)) ^ 1))"
           " WHERE report_id = ?",
           db::Params().Add(ids[2]));
     },
     "a row whose content is not what the audit tells of"},
    {"TheTextAndItsRandomBytes",
     [](Service& s, Administrator&, const auto& ids) {
       s.database_.Execute(
           "UPDATE supplement SET body = CONCAT(REPEAT('x', 32), 'mild')"
           " WHERE report_id = ? LIMIT 1",
           db::Params().Add(ids[0]));
     },
     "1 of the rows that it tells of are missing or changed"},
    {"TwoReportsSwapped",
     [](Service& s, Administrator&, const auto& ids) {
       const auto one = s.database_.Query("SELECT body FROM report WHERE report_id = ?",
                                          db::Params().Add(ids[0]));
       s.database_.Execute("UPDATE report SET body = ? WHERE report_id = ?",
                           db::Params().Add(one[0].GetBytes(0)).Add(ids[1]));
     },
     "a row whose content is not what the audit tells of"},
    {"AReportsPlaceTakenByAnother",
     [](Service& s, Administrator&, const auto& ids) {
       const auto one =
           s.database_.Query("SELECT body, summary, body_digest FROM report WHERE report_id = ?",
                             db::Params().Add(ids[0]));
       s.database_.Execute(
           "UPDATE report SET body = ?, summary = ?, body_digest = ? WHERE report_id = ?",
           db::Params()
               .Add(one[0].GetBytes(0))
               .Add(one[0].GetBytes(1))
               .Add(one[0].GetBytes(2))
               .Add(ids[1]));
     },
     "a row whose content is not what the audit tells of"},
    {"ASupplementRemoved",
     [](Service& s, Administrator&, const auto& ids) {
       s.database_.Execute("DELETE FROM supplement WHERE report_id = ? LIMIT 1",
                           db::Params().Add(ids[0]));
     },
     "1 of the rows that it tells of are missing or changed"},
    {"AReportAdded",
     [](Service& s, Administrator&, const auto&) {
       s.database_.Execute(
           "INSERT INTO report (tenant, create_time, report_id, company, kind,"
           " body) VALUES ('t', ?, REPEAT('n', 16), 'c', 1, 'x')",
           db::Params().Add(s.clock_.Now() - absl::Minutes(2)));
     },
     "a row whose content is not what the audit tells of"},
    {"ARowInTheMiddle",
     [](Service& s, Administrator&, const auto& ids) {
       s.database_.Execute("DELETE FROM audit_entry WHERE resource_id = ? AND sequence = 3",
                           db::Params().Add(ids[0]));
     },
     "entry 4: the one before is missing"},
    {"ARowInTheMiddleAndTheRestRenumbered",
     [](Service& s, Administrator& a, const auto& ids) {
       s.database_.Execute("DELETE FROM audit_entry WHERE resource_id = ? AND sequence = 3",
                           db::Params().Add(ids[0]));
       s.database_.Execute(
           "UPDATE audit_entry SET sequence = 3 WHERE resource_id = ?"
           " AND sequence = 4",
           db::Params().Add(ids[0]));
       const auto two = s.database_.Query(
           "SELECT hash FROM audit_entry WHERE resource_id = ?"
           " AND sequence = 2",
           db::Params().Add(ids[0]));
       a.Rewrite(ids[0], 3, [&](Entry& entry) {
         entry.sequence = 3;
         entry.previous = two[0].GetBytes(0);
       });
     },
     "entry 3: not what the service wrote"},
    {"TheOrder", Swap, "entry 2: not what the service wrote"},
    {"TheTail",
     [](Service& s, Administrator& a, const auto& ids) {
       s.database_.Execute("DELETE FROM audit_entry WHERE resource_id = ? AND sequence = 4",
                           db::Params().Add(ids[0]));
       const auto three = s.database_.Query(
           "SELECT hash FROM audit_entry WHERE resource_id = ?"
           " AND sequence = 3",
           db::Params().Add(ids[0]));
       a.Head(ids[0], three[0].GetBytes(0), 3);
     },
     "not signed by the pinned key"},
    {"TheTailAloneIsNamed",
     [](Service& s, Administrator&, const auto& ids) {
       s.database_.Execute("DELETE FROM audit_entry WHERE resource_id = ? AND sequence = 4",
                           db::Params().Add(ids[0]));
     },
     "entry 4 that checkpoint 1 covers: missing or changed"},
    {"AWholeChainWithItsReport",
     [](Service&, Administrator& a, const auto& ids) {
       a.ForgetWhole(ids[0], "report_id", {"supplement", "report"});
     },
     "not signed by the pinned key"},
    {"AWholeChainSignedAnew",
     [](Service&, Administrator& a, const auto& ids) {
       a.ForgetWhole(ids[0], "report_id", {"supplement", "report"});
       a.SignAll();
     },
     "the database has another one"},
    {"AChainNeverCheckpointed",
     [](Service& s, Administrator&, const auto&) { Forge(s, absl::Minutes(2)); },
     "entry 1: in no checkpoint"},
    {"AForgedEntryAfterTheLastCheckpoint",
     [](Service& s, Administrator&, const auto&) { Forge(s, absl::ZeroDuration()); },
     "entry 1: not what the service wrote"},
    {"TheDatabaseSetBack",
     [](Service& s, Administrator&, const auto&) {
       for (const char* table : {"audit_checkpoint", "audit_leaf"}) {
         s.database_.Execute(std::string("DELETE FROM ") + table + " WHERE number > 2");
       }
     },
     "the database does not have it: it was set back"},
    {"AnOlderCheckpointAgain",
     [](Service& s, Administrator&, const auto&) {
       s.database_.Execute(
           "UPDATE audit_checkpoint n JOIN audit_checkpoint o ON o.number = 1"
           " SET n.time = o.time, n.root = o.root, n.previous = o.previous,"
           " n.signature = o.signature WHERE n.number = 4");
     },
     "checkpoint 4: not signed by the pinned key"},
    {"SignedWithAnotherKey", [](Service&, Administrator& a, const auto&) { a.SignAll(); },
     "checkpoint 0: not signed by the pinned key"},
    {"LeavesLost",
     [](Service& s, Administrator&, const auto&) {
       s.database_.Execute("DELETE FROM audit_leaf WHERE number = 1");
     },
     "checkpoint 1: its leaves are not those that were signed"},
};

INSTANTIATE_TEST_SUITE_P(AnAdministrator, TamperTest, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Sinks, ThatLackOrReplayWhatIsNewestAreFound) {
  Service service("intake");
  service.Submit(2, 1);
  service.Settle();
  SinkCopy lagging = service.sink_;
  service.clock_.Advance(absl::Minutes(2));
  service.Checkpoint();
  EXPECT_THAT(service.Verify().findings, IsEmpty());
  EXPECT_THAT(service.Verify({service.sink_, lagging}).findings, Contains(HasSubstr("too old")));
  EXPECT_THAT(service.Verify({}).findings, Contains(HasSubstr("no sink was given")));
  EXPECT_THAT(service.Verify({SinkCopy{"empty", {}}}).findings,
              Contains(HasSubstr("no checkpoint of this service")));
  SinkCopy gap = service.sink_;
  gap.checkpoints.erase(gap.checkpoints.begin() + 1);
  EXPECT_THAT(service.Verify({gap}).findings, Contains(HasSubstr("checkpoint 1: missing")));
  SinkCopy replayed = service.sink_;
  replayed.checkpoints.push_back(replayed.checkpoints[1]);
  EXPECT_THAT(service.Verify({replayed}).findings, Contains(HasSubstr("too old")));
  SinkCopy foreign = service.sink_;
  Sign(Service::Sign('e'), foreign.checkpoints.back());
  EXPECT_THAT(service.Verify({foreign}).findings,
              Contains(HasSubstr("not signed by the pinned key")));
}

}  // namespace
}  // namespace mamori::audit
