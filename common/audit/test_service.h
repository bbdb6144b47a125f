// A service's audit on a real database, for tests: reports with supplements are written as intake
// writes them, cases as triage does.
#ifndef MAMORI_COMMON_AUDIT_TEST_SERVICE_H_
#define MAMORI_COMMON_AUDIT_TEST_SERVICE_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/checkpointer.h"
#include "common/audit/content.h"
#include "common/audit/test_journal.h"
#include "common/audit/verify.h"
#include "common/sealing/fields.h"
#include "common/sealing/test_sealer.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"

namespace mamori::audit {

class Service {
 public:
  explicit Service(const std::string& name)
      : name_(name),
        database_("deploy/db/migrations/" + name),
        journal_(TestJournal(name, clock_)),
        key_(Sign('d')),
        checkpointer_(
            {database_.transactor(), journal_.authenticator(), key_, clock_, ids_, telemetry_},
            // A long lease, since the database's clock goes on while a test runs.
            {.interval = absl::Seconds(5), .lease = absl::Hours(1)}) {
    EXPECT_THAT(checkpointer_.EnsureGenesis(), testing::IsOk());
    Publish();
  }

  static crypto::SigningKey Sign(char digit) {
    static crypto::KeyArena* arena = new crypto::KeyArena(*crypto::KeyArena::Create());
    return *crypto::SigningKey::FromSeed(*crypto::Key::FromHex(std::string(64, digit)), *arena);
  }

  // The reports' ids, written by one transaction, each with `supplements`.
  std::vector<id::Id> Submit(int reports, int supplements = 0) {
    std::vector<id::Id> ids;
    std::vector<std::string> firsts(reports);
    EXPECT_THAT(database_.transactor().Run(
                    {},
                    [&](db::Tx& tx) -> absl::Status {
                      ids.clear();
                      std::vector<Content> contents;
                      std::vector<Entry> entries;
                      for (int i = 0; i < reports; ++i) {
                        ids.push_back(ids_.NewId());
                        contents.push_back(SealReport(ids.back()));
                        entries.push_back({.kind = Kind::kReport,
                                           .resource_id = ids.back(),
                                           .tenant = "t",
                                           .action = "SubmitReport",
                                           .who = {"portal", ""},
                                           .commitment = contents.back().commitment});
                      }
                      const auto group = journal_.Begin(tx, entries);
                      if (!group.ok()) return group.status();
                      firsts = group->hashes;
                      for (int i = 0; i < reports; ++i) {
                        const auto done = tx.Execute(
                            "INSERT INTO report (tenant, create_time, report_id, company, kind, "
                            "body_digest, audit_first, summary, body)"
                            " VALUES ('t', ?, ?, 'c', 1, ?, ?, ?, ?)",
                            db::Params()
                                .Add(clock_.Now())
                                .Add(ids[i])
                                .Add(contents[i].commitment)
                                .Add(firsts[i])
                                .Add(contents[i].heading)
                                .Add(contents[i].body));
                        if (!done.ok()) return done.status();
                      }
                      return absl::OkStatus();
                    }),
                testing::IsOk());
    for (int i = 0; i < reports; ++i) {
      for (int n = 0; n < supplements; ++n) Supplement(ids[i], firsts[i]);
    }
    return ids;
  }

  void Supplement(const id::Id& report, const std::string& first) {
    clock_.Advance(absl::Milliseconds(3));
    EXPECT_THAT(
        database_.transactor().Run(
            {},
            [&](db::Tx& tx) -> absl::Status {
              const id::Id id = ids_.NewId();
              const Content content = SealSupplement(id);
              const absl::Status told = journal_.Append(tx,
                                                        {.kind = Kind::kReport,
                                                         .resource_id = report,
                                                         .tenant = "t",
                                                         .action = "SupplementReport",
                                                         .who = {"portal", ""},
                                                         .commitment = content.commitment},
                                                        first);
              if (!told.ok()) return told;
              return tx.ExecuteExpecting(
                  1,
                  "INSERT INTO supplement (report_id, create_time, supplement_id, tenant, body)"
                  " VALUES (?, ?, ?, 't', ?)",
                  db::Params().Add(report).Add(clock_.Now()).Add(id).Add(content.body));
            }),
        testing::IsOk());
  }

  // A checkpoint over what is new, and the sink has it.
  void Checkpoint() {
    clock_.Advance(absl::Seconds(6));
    const auto made = checkpointer_.RunOnce();
    ASSERT_THAT(made, testing::IsOk());
    ASSERT_TRUE(*made);
    Publish();
  }
  void Publish() {
    EXPECT_THAT(database_.transactor().Run(
                    {},
                    [&](db::Tx& tx) -> absl::Status {
                      auto more = ReadCheckpoints(
                          tx, name_,
                          sink_.checkpoints.empty() ? -1 : sink_.checkpoints.back().number(), 1000);
                      if (!more.ok()) return more.status();
                      for (auto& one : *more) sink_.checkpoints.push_back(one);
                      return absl::OkStatus();
                    }),
                testing::IsOk());
  }
  // What is written so far is older than what may still be open.
  void Settle() {
    Checkpoint();
    clock_.Advance(absl::Minutes(1));
    Checkpoint();
  }

  Verified Verify(const std::vector<SinkCopy>& sinks, bool with_keys = true) {
    Verifier verifier(
        database_.transactor(), journal_.authenticator(), key_.public_key(),
        {.now = clock_.Now() + absl::Seconds(1), .sealer = with_keys ? &keys_.sealer() : nullptr});
    auto verified = verifier.Run(sinks);
    EXPECT_THAT(verified, testing::IsOk());
    return *std::move(verified);
  }
  Verified Verify() { return Verify({sink_}); }

  // As intake seals it, each with a key of its own.
  struct Content {
    std::string heading;
    std::string body;
    std::string commitment;
  };
  Content SealReport(const id::Id& id) {
    const sealing::DataKey key = NewKey();
    const std::string random = NewRandom();
    return {.heading = key.Seal(sealing::ReportHeading("t", id), random + std::string(1, '\0')),
            .body = key.Seal(sealing::ReportBody("t", id), BodyOf(id)),
            .commitment = Commit(random, BodyOf(id))};
  }
  Content SealSupplement(const id::Id& id) {
    const std::string random = NewRandom();
    return {.body = NewKey().Seal(sealing::SupplementBody("t", id), random + BodyOf(id)),
            .commitment = Commit(random, BodyOf(id))};
  }
  Content SealContact(const id::Id& id) {
    const std::string random = NewRandom();
    return {.body = NewKey().Seal(sealing::ContactBody("t", id), random + BodyOf(id)),
            .commitment = Commit(random, BodyOf(id))};
  }
  sealing::DataKey NewKey() {
    const auto fresh = keys_.sealer().Take("t", sealing::KeyUse::kNamed);
    EXPECT_THAT(keys_.sealer().MakeDurable({&*fresh}, absl::InfiniteFuture()), testing::IsOk());
    return *keys_.sealer().Open(*fresh);
  }
  // No key opens the content of a report any more.
  void Erase(const id::Id& report) {
    const auto rows =
        database_.Query("SELECT body FROM report WHERE report_id = ?", db::Params().Add(report));
    const std::string key(sealing::HeaderOf(rows[0].GetBytes(0))->key_id);
    EXPECT_THAT(keys_.store.Erase({key}, clock_.Now(), absl::InfiniteFuture()), testing::IsOk());
  }

  static std::string BodyOf(const id::Id& id) { return absl::StrCat("what was told ", id); }

  sealing::MemorySealing keys_;
  const std::string name_;
  time::FakeClock clock_{absl::FromUnixMicros(1'800'000'000'000'000)};
  id::RandomIdSource ids_;
  telemetry::NullTelemetry telemetry_;
  testing::TestDatabase database_;
  const Journal journal_;
  const crypto::SigningKey key_;
  Checkpointer checkpointer_;
  SinkCopy sink_{.name = "file"};
};

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_TEST_SERVICE_H_
