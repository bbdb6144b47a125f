// Acts of two persons on a real database: all at once, and by whoever owns the database.
#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "services/triage/sql_act_rows.h"
#include "services/triage/test_guarded_fixture.h"

namespace mamori::triage {
namespace {

using testing::IsOk;
using testing::StatusIs;
using v1::TwoPersonAct;

using TwoPersonAttackTest = ExclusionFixture;

TEST_F(TwoPersonAttackTest, ARaceForOneActHasOneWinner) {
  const id::Id case_id = *id::FromName("cases", case_);
  for (int round = 0; round < 5; ++round) {
    const TwoPersonAct act = Approved(AskRemoval(case_, "out"));
    WaitOver();
    const ActUse use{.tenant = "t",
                     .act_id = *id::FromName("acts", act.name()),
                     .kind = act.kind(),
                     .resource = case_,
                     .resource_version = act.resource_version(),
                     .fields = {{"person", "out"}}};
    std::atomic<int> won = 0, lost = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, person = std::string(i % 2 == 0 ? "a" : "b")] {
        // Without the lock on the case, so that nothing but the act itself keeps it to one.
        const absl::Status used =
            database_.transactor().Run({.deadline = Deadline()}, [&](db::Tx& tx) -> absl::Status {
              return UseAct(tx, guarded_seal_, CaseContent(keys_.sealer()), marks_, use, person, {},
                            {{"c", person}, "Race"})
                  .status();
            });
        if (used.ok()) {
          ++won;
        } else if (status::HasReason(used, mamori::v1::ERROR_REASON_ACT_NOT_READY)) {
          ++lost;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, 7);
  }
}

TEST_F(TwoPersonAttackTest, ARaceForOneExclusionRemovesItOnce) {
  const TwoPersonAct act = Approved(AskRemoval(case_, "out"));
  WaitOver();
  std::vector<v1::RemoveExclusionRequest> requests;
  for (int i = 0; i < 8; ++i) {
    requests.push_back(Verb<v1::RemoveExclusionRequest>(case_));
    requests.back().set_act(act.name());
    requests.back().set_person("out");
  }
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&, i] { won += acts_.RemoveExclusion(As(i % 2 == 0 ? "a" : "b"), requests[i]).ok(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
}

TEST_F(TwoPersonAttackTest, WhatNobodyWithTheKeyWroteIsNotBelieved) {
  const auto asked = acts_.Request(As("a"), AskRemoval(case_, "out"));
  ASSERT_THAT(asked, IsOk());
  const id::Id act_id = *id::FromName("acts", asked->name());
  const db::Rows old = database_.Query(
      "SELECT version, tag, record FROM two_person_act WHERE act_id = ?", db::Params().Add(act_id));
  v1::GetActRequest get;
  get.set_name(asked->name());
  // As the database's root: an approval put in, a state set, an older row put back.
  TwoPersonAct forged = *asked;
  forged.add_approvals()->set_person("b");
  forged.set_state(v1::ACT_STATE_APPROVED);
  database_.Execute("UPDATE two_person_act SET record = ? WHERE act_id = ?",
                    db::Params().Add(forged.SerializeAsString()).Add(act_id));
  WaitOver();
  EXPECT_THAT(Remove(As("a"), *asked), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_GE(telemetry_.Take("tag"), 1);
  database_.Execute("UPDATE two_person_act SET record = ? WHERE act_id = ?",
                    db::Params().Add(old[0].GetBytes(2)).Add(act_id));
  ASSERT_THAT(Approve("b", *asked), IsOk());
  ASSERT_THAT(acts_.Withdraw(As("a"), Verb<v1::WithdrawActRequest>(asked->name())), IsOk());
  database_.Execute("UPDATE two_person_act SET version = ?, tag = ?, record = ? WHERE act_id = ?",
                    db::Params()
                        .Add(old[0].GetInt64(0))
                        .Add(old[0].GetBytes(1))
                        .Add(old[0].GetBytes(2))
                        .Add(act_id));
  EXPECT_THAT(acts_.Get(As("a"), get), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_GE(telemetry_.Take("replayed"), 1);
  database_.Execute("UPDATE two_person_act SET tenant = 'other' WHERE act_id = ?",
                    db::Params().Add(act_id));
  server::CallContext stranger = As("a");
  stranger.tenant = "other";
  EXPECT_THAT(acts_.Get(stranger, get), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace mamori::triage
