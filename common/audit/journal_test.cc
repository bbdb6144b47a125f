#include "common/audit/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/audit/publisher.h"
#include "common/audit/reads.h"
#include "common/audit/test_service.h"
#include "common/time/day.h"

namespace mamori::audit {
namespace {

using ::testing::IsEmpty;

TEST(Journal, WhatWasWrittenAndSignedIsFoundWhole) {
  Service service("intake");
  service.Submit(5, 2);
  service.Submit(1);
  const Verified open = service.Verify();
  EXPECT_THAT(open.findings, IsEmpty());
  EXPECT_EQ(open.entries, 16);
  EXPECT_EQ(open.open_entries, 16);
  service.Settle();
  const Verified settled = service.Verify();
  EXPECT_THAT(settled.findings, IsEmpty());
  EXPECT_EQ(settled.entries, 16);
  EXPECT_EQ(settled.open_entries, 0);
  EXPECT_EQ(settled.chains.size(), 6u);
}

TEST(Journal, ReadsAreRecordedInGroups) {
  Service service("intake");
  Reads reads(service.database_.transactor(), service.journal_, service.clock_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(reads.Record({{.kind = Kind::kReportReads,
                               .resource_id = std::string(16, 'r'),
                               .tenant = "t",
                               .action = "GetReport",
                               .who = {"portal", "local/desk1"}}}),
                testing::IsOk());
  }
  EXPECT_TRUE(*reads.RunOnce());
  EXPECT_FALSE(*reads.RunOnce());
  service.Settle();
  EXPECT_THAT(service.Verify().findings, IsEmpty());
  EXPECT_EQ(service.Verify().entries, 3);
  EXPECT_EQ(service.database_.Number("SELECT COUNT(*) FROM audit_group"), 1);
}

// Several at once are what they would be one after another, also of one chain.
TEST(Journal, ChainsGoOnTogetherAsTheyWouldOneByOne) {
  Service service("intake");
  const auto entry = [](char id, std::string action) {
    return Entry{.kind = Kind::kReport,
                 .resource_id = std::string(16, id),
                 .tenant = "t",
                 .action = std::move(action)};
  };
  const auto run = [&](auto write) {
    EXPECT_THAT(service.database_.transactor().Run({}, write), testing::IsOk());
  };
  std::vector<std::string> firsts;
  run([&](db::Tx& tx) -> absl::Status {
    auto begun = service.journal_.BeginEach(tx, {entry('a', "Submit"), entry('b', "Submit")});
    if (begun.ok()) firsts = *begun;
    return begun.status();
  });
  run([&](db::Tx& tx) { return service.journal_.Append(tx, entry('a', "Supplement"), firsts[0]); });
  run([&](db::Tx& tx) {
    return service.journal_.AppendEach(tx, {{entry('b', "Supplement"), firsts[1]},
                                            {entry('a', "Withdraw"), firsts[0]},
                                            {entry('b', "Withdraw"), firsts[1]},
                                            {entry('c', "Submit"), ""}});
  });
  run([&](db::Tx& tx) { return service.journal_.AppendEach(tx, {}); });
  const auto sequences = [&](char id) {
    return service.database_
        .Query(
            "SELECT GROUP_CONCAT(sequence ORDER BY sequence) FROM audit_entry"
            " WHERE resource_id = ?",
            db::Params().Add(std::string(16, id)))[0]
        .GetBytes(0);
  };
  EXPECT_EQ(sequences('a'), "2,3");
  EXPECT_EQ(sequences('b'), "2,3");
  EXPECT_EQ(sequences('c'), "1");
  service.Settle();
  EXPECT_THAT(service.Verify().findings, IsEmpty());
  EXPECT_EQ(service.Verify().entries, 7);
  EXPECT_FALSE(
      service.database_.transactor()
          .Run({},
               [&](db::Tx& tx) {
                 Entry other = entry('d', "Submit");
                 other.kind = Kind::kReportReads;
                 return service.journal_.AppendEach(tx, {{entry('a', "x"), ""}, {other, ""}});
               })
          .ok());
}

// Neither an entry nor the checkpoint that covers it tells when within the day it was written.
TEST(Journal, WhatIsToldByTheDayIsCoveredWhenTheDayIsOver) {
  Service service("intake");
  const auto report = [](char id, bool by_day) {
    return Entry{.kind = Kind::kReport,
                 .resource_id = std::string(16, id),
                 .tenant = "t",
                 .action = "SubmitReport",
                 .by_day = by_day};
  };
  std::vector<std::string> hashes;
  const auto write = [&](const std::vector<Entry>& entries) {
    return service.database_.transactor().Run({}, [&](db::Tx& tx) -> absl::Status {
      auto written = service.journal_.BeginEach(tx, entries);
      if (written.ok()) hashes = *written;
      return written.status();
    });
  };
  ASSERT_THAT(write({report('a', true), report('n', false), report('b', true)}), testing::IsOk());
  ASSERT_EQ(hashes.size(), 3u);
  Entry later = report('a', true);
  later.action = "RotateReceipt";
  ASSERT_THAT(service.database_.transactor().Run(
                  {}, [&](db::Tx& tx) { return service.journal_.Append(tx, later, hashes[0]); }),
              testing::IsOk());
  EXPECT_FALSE(
      service.database_.transactor()
          .Run(
              {},
              [&](db::Tx& tx) {
                return service.journal_.Begin(tx, {report('c', true), report('d', false)}).status();
              })
          .ok());
  const int64_t day_end = absl::ToUnixMicros(time::EndOfDay(service.clock_.Now()));
  EXPECT_EQ(service.database_.Number("SELECT COUNT(*) FROM audit_group WHERE time = ?",
                                     db::Params().Add(day_end)),
            1);
  EXPECT_EQ(service.database_.Number("SELECT COUNT(*) FROM audit_entry WHERE time = ?",
                                     db::Params().Add(day_end)),
            1);
  service.Settle();
  EXPECT_THAT(service.Verify().findings, IsEmpty());
  EXPECT_EQ(service.Verify().open_entries, 3);  // the named one is covered
  const auto leaves = [&] {
    return service.database_.Number("SELECT SUM(LENGTH(leaves)) FROM audit_leaf");
  };
  service.clock_.Set(absl::FromUnixMicros(day_end) - absl::Seconds(16));
  int64_t before = leaves();
  service.Checkpoint();
  const int64_t nothing = leaves() - before;
  before = leaves();
  service.Checkpoint();  // 4 s before midnight
  EXPECT_EQ(leaves() - before, nothing);
  before = leaves();
  service.Checkpoint();  // 2 s after it
  EXPECT_GT(leaves() - before, nothing);
  before = leaves();
  service.Checkpoint();
  EXPECT_EQ(leaves() - before, nothing);  // once
  service.Settle();
  EXPECT_THAT(service.Verify().findings, IsEmpty());
  EXPECT_EQ(service.Verify().open_entries, 0);
}

TEST(Checkpointer, OneOfTwoReplicasSigns) {
  Service service("intake");
  Checkpointer other({service.database_.transactor(), service.journal_.authenticator(),
                      service.key_, service.clock_, service.ids_, service.telemetry_},
                     {.interval = absl::Seconds(5)});
  EXPECT_THAT(other.EnsureGenesis(), testing::IsOk());
  service.Checkpoint();
  service.clock_.Advance(absl::Seconds(6));
  EXPECT_FALSE(*other.RunOnce());
  EXPECT_FALSE(other.leads());
  // The first is gone: what it had not signed, the other does.
  service.Submit(2, 1);
  service.clock_.Advance(absl::Seconds(30));
  service.database_.Execute("UPDATE lease SET expire_time = 0");  // it is over
  EXPECT_TRUE(*other.RunOnce());
  EXPECT_FALSE(*service.checkpointer_.RunOnce());
  service.Publish();
  service.clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(*other.RunOnce());
  service.Publish();
  const Verified verified = service.Verify();
  EXPECT_THAT(verified.findings, IsEmpty());
  EXPECT_EQ(verified.open_entries, 0);
}

TEST(Checkpointer, ComesWhetherSomethingHappenedOrNotAndNotMoreOften) {
  Service service("intake");
  EXPECT_FALSE(*service.checkpointer_.RunOnce());
  service.Checkpoint();
  EXPECT_FALSE(*service.checkpointer_.RunOnce());
  service.Checkpoint();
  EXPECT_EQ(service.database_.Number("SELECT COUNT(*) FROM audit_checkpoint"), 3);
  EXPECT_EQ(service.database_.Number("SELECT COUNT(DISTINCT root) FROM audit_checkpoint"), 3);
}

TEST(Checkpointer, SignsNoRowThatTheServiceDidNotWrite) {
  Service service("intake");
  service.Submit(1, 1);
  service.database_.Execute("UPDATE audit_entry SET mac = REVERSE(mac)");
  service.Checkpoint();
  EXPECT_EQ(service.database_.Number("SELECT LENGTH(leaves) FROM audit_leaf WHERE number = 1"),
            static_cast<int64_t>(2 * kLeafBytes));  // the group, and the one that is nothing
}

TEST(Publisher, EverySinkGetsEverythingOnceAndNoneKeepsAnotherFromIt) {
  Service service("intake");
  const std::string file = ::testing::TempDir() + "/audit_sink.jsonl";
  std::filesystem::remove(file);
  const auto publisher = [&] {
    std::vector<std::unique_ptr<Sink>> sinks;
    sinks.push_back(MakeWebhookSink("https://127.0.0.1:1/", ""));
    sinks.push_back(MakeFileSink(file));
    return std::make_unique<Publisher>(service.database_.transactor(), "intake", std::move(sinks),
                                       service.clock_, service.telemetry_);
  };
  EXPECT_FALSE(publisher()->RunOnce().ok());
  service.Checkpoint();
  std::ofstream(file, std::ios::app) << "{\"service\":\"inta";  // a crash cut it off
  EXPECT_FALSE(publisher()->RunOnce().ok());
  EXPECT_FALSE(publisher()->RunOnce().ok());
  const auto read = ReadSinkFile(file);
  ASSERT_THAT(read, testing::IsOk());
  ASSERT_EQ(read->size(), 2u);
  EXPECT_THAT(service.Verify({{"file", *read}}).findings, IsEmpty());
  EXPECT_EQ(service.database_.Number("SELECT COUNT(*) FROM audit_delivery"), 0);
}

}  // namespace
}  // namespace mamori::audit
