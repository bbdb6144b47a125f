// Approvals that come at the same moment, on the real database.
#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "services/triage/test_casework_fixture.h"

namespace mamori::triage {
namespace {

using testing::IsOk;

class MeasuresRaceTest : public CaseworkFixture {
 protected:
  // Runs all at once; their statuses.
  std::vector<absl::Status> AtOnce(const std::vector<std::function<absl::Status()>>& calls) {
    std::vector<absl::Status> results(calls.size());
    std::vector<std::thread> threads;
    for (size_t i = 0; i < calls.size(); ++i) {
      threads.emplace_back([&, i] { results[i] = calls[i](); });
    }
    for (std::thread& thread : threads) thread.join();
    return results;
  }
  int ApprovedEvents(const std::string& of_case) {
    int count = 0;
    for (const auto& event : Outbox(of_case)) count += event.has_measure_approved();
    return count;
  }
};

TEST_F(MeasuresRaceTest, OfManyApprovalsExactlyAsManyCountAsAreNeeded) {
  for (int round = 0; round < 5; ++round) {
    const std::string name = Judged();
    const v1::Measure measure = Propose(name);  // needs one
    std::vector<std::function<absl::Status()>> calls;
    for (int i = 0; i < 6; ++i) {
      calls.push_back(
          [this, i, call = As("a", absl::StrCat("desk-1", i), {"desk"}),
           request = Approval(measure)] { return measures_.Approve(call, request).status(); });
    }
    int won = 0;
    for (const absl::Status& status : AtOnce(calls)) won += status.ok();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(Read(measure).approvals_size(), 1);
    EXPECT_EQ(ApprovedEvents(name), 1);
  }
}

// Two are needed, one of them an executive: whoever of many comes first, it is never more, never
// fewer, and never without one.
TEST_F(MeasuresRaceTest, OfManyWhoMayTwoCountAndOneOfThemIsAnExecutive) {
  for (int round = 0; round < 5; ++round) {
    const std::string name = Judged();
    Warn(name);
    const auto measure = measures_.Propose(Call("p"), Termination(name, Find(name)));
    ASSERT_THAT(measure, IsOk());
    std::vector<std::function<absl::Status()>> calls;
    for (int i = 0; i < 8; ++i) {
      std::vector<std::string> roles = {"desk"};
      if (i % 4 == 3) roles.push_back("executive");
      calls.push_back(
          [this, call = As("a", absl::StrCat("person-", i), std::move(roles)),
           request = Approval(*measure)] { return measures_.Approve(call, request).status(); });
    }
    int won = 0;
    for (const absl::Status& status : AtOnce(calls)) won += status.ok();
    EXPECT_EQ(won, 2);
    const v1::Measure now = Read(*measure);
    EXPECT_EQ(now.state(), v1::MEASURE_STATE_APPROVED);
    ASSERT_EQ(now.approvals_size(), 2);
    EXPECT_NE(now.approvals(0).approver(), now.approvals(1).approver());
    int executives = 0;
    for (const v1::MeasureApproval& approval : now.approvals()) {
      executives += std::count(approval.roles().begin(), approval.roles().end(), "executive");
    }
    EXPECT_GE(executives, 1);
    EXPECT_EQ(ApprovedEvents(name), 2);  // the warning's and this one's
  }
}

TEST_F(MeasuresRaceTest, OnePersonManyTimesIsOneApproval) {
  const std::string name = Judged();
  // Two are needed, one of them an executive: desk-2 alone never reaches that.
  Warn(name);
  const auto proposed = measures_.Propose(Call("p"), Termination(name, Find(name)));
  ASSERT_THAT(proposed, IsOk());
  std::vector<std::function<absl::Status()>> calls;
  for (int i = 0; i < 6; ++i) {
    calls.push_back(
        [this, call = As("a", "desk-2", {"desk", "executive"}), request = Approval(*proposed)] {
          return measures_.Approve(call, request).status();
        });
  }
  int won = 0;
  for (const absl::Status& status : AtOnce(calls)) won += status.ok();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(Read(*proposed).state(), v1::MEASURE_STATE_PROPOSED);
  EXPECT_EQ(ApprovedEvents(name), 1);  // the warning's
}

TEST_F(MeasuresRaceTest, NoRevisionSlipsInUnderAnApproval) {
  for (int round = 0; round < 8; ++round) {
    const std::string name = Judged();
    const v1::Measure measure = Propose(name);
    auto revise = Verb<v1::ReviseMeasureRequest>(measure.name());
    *revise.mutable_measure() = measure;
    revise.mutable_measure()->set_text("something else");
    const auto results =
        AtOnce({[&, request = Approval(measure)] {
                  return measures_.Approve(As("a", "desk-2", {"desk"}), request).status();
                },
                [&] { return measures_.Revise(Call("r", "desk-3"), revise).status(); }});
    ASSERT_THAT(results[1], IsOk());
    // Whoever came first, nothing is approved that nobody has read.
    const v1::Measure now = Read(measure);
    EXPECT_EQ(now.text(), "something else");
    EXPECT_EQ(now.state(), v1::MEASURE_STATE_PROPOSED);
    EXPECT_EQ(results[0].ok(), now.approvals_size() == 1);
  }
}

TEST_F(MeasuresRaceTest, NoOutcomeSlipsInAfterAnApprovalWasTakenBack) {
  for (int round = 0; round < 8; ++round) {
    const std::string name = Judged();
    const v1::Measure measure = Propose(name);
    ASSERT_THAT(Approve(measure, "desk-2"), IsOk());
    const auto revoke = Verb<v1::RevokeApprovalRequest>(measure.name());
    auto outcome = Verb<v1::RecordMeasureOutcomeRequest>(measure.name());
    outcome.mutable_outcome()->set_contact_person("p");
    outcome.mutable_outcome()->set_next_action("n");
    *outcome.mutable_outcome()->mutable_carry_out_time() = time::ToTimestamp(later_.Now());
    const auto results =
        AtOnce({[&] { return measures_.Revoke(Call("r", "desk-2"), revoke).status(); },
                [&] { return measures_.RecordOutcome(Call("o"), outcome).status(); }});
    // One of them, never both.
    EXPECT_NE(results[0].ok(), results[1].ok()) << results[0] << results[1];
  }
}

}  // namespace
}  // namespace mamori::triage
