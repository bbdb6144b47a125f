// What the verifier says of content that it cannot open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/audit/erasures.h"
#include "common/audit/test_service.h"

namespace mamori::audit {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

// The id of a key that was erased rightly, as an administrator finds it in `erased_key`.
std::string ErasedKey(Service& service) {
  const std::string id = service.NewKey().id();
  EXPECT_THAT(service.keys_.store.Erase({id}, service.clock_.Now(), absl::InfiniteFuture()),
              IsOk());
  return id;
}

TEST(ErasedContent, IsFoundWhereNobodyDecidedIt) {
  Service service("intake");
  const std::vector<id::Id> reports = service.Submit(3, 1);
  service.Settle();
  // Its live key destroyed in the key store.
  service.Erase(reports[1]);
  const Verified verified = service.Verify();
  EXPECT_THAT(verified.findings, ElementsAre(NameOf(Kind::kReport, reports[1]) + kErasedUndecided));
  EXPECT_EQ(verified.erased, 1);
  // Its row is as little to be removed or put elsewhere as before.
  service.database_.Execute("UPDATE report SET body_digest = REPEAT('x', 32) WHERE report_id = ?",
                            db::Params().Add(reports[1]));
  EXPECT_THAT(service.Verify().findings,
              Contains(HasSubstr("a row whose content is not what the audit tells of")));
  service.database_.Execute("DELETE FROM report WHERE report_id = ?", db::Params().Add(reports[1]));
  EXPECT_THAT(service.Verify().findings, Contains(HasSubstr("missing or changed")));
}

// A kind of row whose content the audit commits to, and an administrator who makes it name a key
// that was erased: there is nothing in it that could be compared.
struct Table {
  const char* name;
  const char* service;
  Kind kind;
  const char* id;
  const char* content;
  // Of the row's id, its resource, a time and the content.
  const char* insert;
  sealing::Field (*field)(std::string_view tenant, std::string_view id);
};

class ForgedErasureTest : public ::testing::TestWithParam<Table> {};

TEST_P(ForgedErasureTest, IsFoundInEachTable) {
  const Table& table = GetParam();
  Service service(table.service);
  const id::Id row = service.ids_.NewId(), owner = service.ids_.NewId();
  const id::Id& chain = table.kind == Kind::kContact ? row : owner;
  const std::string random = NewRandom();
  ASSERT_THAT(
      service.database_.transactor().Run(
          {},
          [&](db::Tx& tx) -> absl::Status {
            const absl::Status told =
                service.journal_.Append(tx,
                                        {.kind = table.kind,
                                         .resource_id = chain,
                                         .tenant = "t",
                                         .action = "Write",
                                         .who = {"portal", ""},
                                         .commitment = Commit(random, "what was told")},
                                        "");
            if (!told.ok()) return told;
            return tx.ExecuteExpecting(
                1, table.insert,
                db::Params()
                    .Add(row)
                    .Add(owner)
                    .Add(service.clock_.Now())
                    .Add(service.NewKey().Seal(table.field("t", row), random + "what was told")));
          }),
      IsOk());
  service.Settle();
  const std::string bad = NameOf(table.kind, chain) + kErasedUndecided;
  EXPECT_THAT(service.Verify().findings, ::testing::Not(Contains(bad)));
  EXPECT_EQ(service.Verify().erased, 0);
  service.database_.Execute(
      absl::StrCat("UPDATE ", table.name, " SET ", table.content,
                   " = CONCAT(X'01', ?, RANDOM_BYTES(60)) WHERE ", table.id, " = ?"),
      db::Params().Add(ErasedKey(service)).Add(row));
  EXPECT_EQ(service.Verify().erased, 1);
  EXPECT_THAT(service.Verify().findings, Contains(bad));
}

const Table kTables[] = {
    {"supplement", "intake", Kind::kReport, "supplement_id", "body",
     "INSERT INTO supplement (supplement_id, report_id, create_time, body, tenant)"
     " VALUES (?, ?, ?, ?, 't')",
     sealing::SupplementBody},
    {"message", "intake", Kind::kReport, "message_id", "body",
     "INSERT INTO message (message_id, report_id, create_time, body, number, tenant, side, author,"
     " due_time, request_key) VALUES (?, ?, ?, ?, 1, 't', 1, '', 0, REPEAT('r', 32))",
     sealing::MessageBody},
    {"evidence", "intake", Kind::kReport, "evidence_id", "body",
     "INSERT INTO evidence (evidence_id, report_id, complete_time, body, tenant, side, author,"
     " anonymous, create_time, state, chunk_count, blob_id, derivative_id, request_key,"
     " body_digest) VALUES (?, ?, ?, ?, 't', 1, '', 0, 0, 2, 0, REPEAT('b', 16), REPEAT('d', 16),"
     " REPEAT('r', 32), REPEAT('x', 32))",
     sealing::EvidenceBody},
    {"evidence_access", "intake", Kind::kReport, "access_id", "body",
     "INSERT INTO evidence_access (access_id, report_id, create_time, body, evidence_id, number,"
     " tenant, kind, person, caller) VALUES (?, ?, ?, ?, REPEAT('e', 16), 1, 't', 1, '', '')",
     sealing::EvidenceAccessBody},
    {"contact", "intake", Kind::kContact, "contact_id", "body",
     "INSERT INTO contact (contact_id, report_id, create_time, body, tenant, company, start_time)"
     " VALUES (?, ?, ?, ?, 't', 'c', 0)",
     sealing::ContactBody},
    {"case_note", "triage", Kind::kCase, "note_id", "text",
     "INSERT INTO case_note (note_id, case_id, create_time, text, tenant, author)"
     " VALUES (?, ?, ?, ?, 't', 'a')",
     sealing::NoteText},
    {"case_work", "triage", Kind::kCase, "row_id", "body",
     "INSERT INTO case_work (row_id, case_id, create_time, body, tenant, sequence, record_id, kind,"
     " version, author) VALUES (?, ?, ?, ?, 't', 1, REPEAT('r', 16), 1, 1, 'a')",
     sealing::OldWorkBody},
};

INSTANTIATE_TEST_SUITE_P(AnAdministrator, ForgedErasureTest, ::testing::ValuesIn(kTables),
                         [](const auto& info) { return std::string(info.param.name); });

class Counting final : public telemetry::Telemetry {
 public:
  void Log(telemetry::Level, std::string_view, const telemetry::Labels&) override {}
  void RecordCall(std::string_view, std::string_view, absl::Duration, std::string_view,
                  std::string_view) override {}
  void Count(std::string_view, const telemetry::Labels&, double by) override { total += by; }
  void Gauge(std::string_view, double, const telemetry::Labels&) override {}
  void Observe(std::string_view, absl::Duration, const telemetry::Labels&) override {}

  double total = 0;
};

// What a service asks when something does not open.
TEST(Erasures, AreDecidedByTheChainOfWhatWasDisposedOf) {
  Service service("intake");
  const std::vector<id::Id> reports = service.Submit(2);
  Counting telemetry;
  const Erasures erasures(service.database_.transactor(), service.journal_.authenticator(),
                          telemetry);
  const auto decided = [&](const id::Id& id) {
    return erasures.IsDecided(sealing::Owner::kReport, id, absl::InfiniteFuture());
  };
  EXPECT_FALSE(decided(reports[0]));
  EXPECT_EQ(telemetry.total, 1);
  ASSERT_THAT(service.database_.transactor().Run({},
                                                 [&](db::Tx& tx) {
                                                   return service.journal_.Append(
                                                       tx,
                                                       {.kind = Kind::kReport,
                                                        .resource_id = reports[0],
                                                        .tenant = "t",
                                                        .action = kDisposeReport},
                                                       "");
                                                 }),
              IsOk());
  EXPECT_TRUE(decided(reports[0]));
  EXPECT_FALSE(decided(reports[1]));
  EXPECT_FALSE(erasures.IsDecided(sealing::Owner::kCase, reports[0], absl::InfiniteFuture()));
  EXPECT_EQ(telemetry.total, 3);
  // One that no service wrote decides nothing.
  service.database_.Run("UPDATE audit_entry SET mac = REPEAT('x', 32)");
  EXPECT_FALSE(decided(reports[0]));
}

TEST(WithoutKeys, RowsAreStillCounted) {
  Service service("intake");
  const std::vector<id::Id> reports = service.Submit(3, 1);
  service.Settle();
  EXPECT_THAT(service.Verify({service.sink_}, false).findings, IsEmpty());
  service.database_.Execute("DELETE FROM supplement WHERE report_id = ?",
                            db::Params().Add(reports[0]));
  EXPECT_THAT(service.Verify({service.sink_}, false).findings,
              Contains(HasSubstr("missing or changed")));
}

}  // namespace
}  // namespace mamori::audit
