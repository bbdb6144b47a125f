// Legal holds on a real database.
#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "common/status/macros.h"
#include "services/triage/holds.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_hold_rows.h"
#include "services/triage/sql_hold_store.h"
#include "services/triage/tasks.h"
#include "services/triage/test_guarded_fixture.h"

namespace mamori::triage {
namespace {

using testing::EqualsProto;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;
using v1::LegalHold;

class HoldTest : public GuardedFixture {
 protected:
  HoldTest() : holds_({hold_store_, gate_, fake_, ids_, tokens_}) {}

  v1::PlaceHoldRequest Hold() {
    v1::PlaceHoldRequest request;
    request.set_request_id(absl::StrCat("request-", ++requests_));
    request.mutable_hold()->set_issuer("Tokyo District Court");
    request.mutable_hold()->set_reason("proceedings");
    return request;
  }
  v1::PlaceHoldRequest OnCase(const std::string& name) {
    v1::PlaceHoldRequest request = Hold();
    request.mutable_hold()->set_case_name(name);
    return request;
  }
  LegalHold Place(const v1::PlaceHoldRequest& request) {
    const auto hold = holds_.Place(As("a"), request);
    EXPECT_THAT(hold, IsOk());
    fake_.Advance(absl::Seconds(1));
    return hold.ok() ? *hold : LegalHold();
  }
  bool Held(const std::string& name) {
    const auto held = database_.transactor().Run<bool>({}, [&](db::Tx& tx) -> absl::StatusOr<bool> {
      ASSIGN_OR_RETURN(const CaseRow row,
                       SelectCase(tx, guarded_seal_, "t", *id::FromName("cases", name), false));
      return IsHeld(tx, guarded_seal_, row);
    });
    EXPECT_THAT(held, IsOk());
    return held.ok() && *held;
  }
  v1::RequestActRequest AskRelease(const LegalHold& hold) {
    return Ask(v1::ACT_KIND_RELEASE_HOLD, hold.name());
  }
  absl::StatusOr<LegalHold> Release(const server::CallContext& call, const LegalHold& hold,
                                    const v1::TwoPersonAct& act) {
    auto request = Verb<v1::ReleaseHoldRequest>(hold.name());
    request.set_act(act.name());
    return holds_.Release(call, request);
  }
  std::vector<std::string> List(const server::CallContext& call, bool released = false,
                                int size = 50) {
    std::vector<std::string> names;
    v1::ListHoldsRequest request;
    request.set_show_released(released);
    request.set_page_size(size);
    for (;;) {
      const auto page = holds_.List(call, request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return names;
      for (const LegalHold& one : page->holds()) names.push_back(one.name());
      if (page->next_page_token().empty()) return names;
      EXPECT_EQ(page->holds_size(), size);
      request.set_page_token(page->next_page_token());
    }
  }

  Holds holds_;
};

TEST_F(HoldTest, TwoPersonsReleaseAHoldOnce) {
  const std::string name = Open("x").name();
  EXPECT_FALSE(Held(name));
  const auto request = OnCase(name);
  const LegalHold hold = Place(request);
  EXPECT_THAT(*holds_.Place(As("a"), request), EqualsProto(hold)) << "sent again";
  EXPECT_EQ(hold.placed_by(), "a");
  EXPECT_TRUE(Held(name));
  const v1::TwoPersonAct act = Approved(AskRelease(hold));
  EXPECT_THAT(Release(As("a"), hold, act), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
  WaitOver();
  EXPECT_THAT(Release(As("c"), hold, act),
              HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
  server::CallContext weak = As("a");
  weak.strong = false;
  EXPECT_THAT(Release(weak, hold, act), HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED));
  EXPECT_TRUE(Held(name));
  const auto released = Release(As("b"), hold, act);
  ASSERT_THAT(released, IsOk());
  EXPECT_TRUE(released->has_release_time());
  EXPECT_EQ(released->release_act(), act.name());
  EXPECT_FALSE(Held(name));
  EXPECT_FALSE(Release(As("b"), hold, act).ok()) << "once";
  EXPECT_EQ(List(As("a")), std::vector<std::string>{});
  EXPECT_EQ(List(As("a"), true), std::vector<std::string>{hold.name()});
}

TEST_F(HoldTest, AnActReleasesTheHoldThatItNames) {
  const std::string name = Open("x").name();
  const LegalHold one = Place(OnCase(name));
  const LegalHold other = Place(OnCase(name));
  const v1::TwoPersonAct act = Approved(AskRelease(one));
  WaitOver();
  EXPECT_THAT(Release(As("a"), other, act), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(Release(As("a"), one, act), IsOk());
  EXPECT_TRUE(Held(name)) << "by the other";
}

TEST_F(HoldTest, AMatterHoldsItsCasesAndAnActorAllThatTellOfIt) {
  const std::string first = Open("x").name(), second = Open("y").name(), third = Open("z").name();
  auto matter = Hold();
  matter.mutable_hold()->set_matter("2026 (wa) 123");
  matter.mutable_hold()->add_cases(first);
  matter.mutable_hold()->add_cases(second);
  Place(matter);
  EXPECT_TRUE(Held(first));
  EXPECT_TRUE(Held(second));
  EXPECT_FALSE(Held(third));
  // Before anybody is matched to the person.
  auto actor = Hold();
  actor.mutable_hold()->set_actor("accused");
  Place(actor);
  const std::string internal = Open("i", mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT).name();
  EXPECT_FALSE(Held(internal));
  v1::GetAccessRequest get;
  get.set_name(internal);
  auto match = Verb<v1::MatchActorRequest>(internal);
  match.set_slot(access_.Get(As("a"), get)->slots(0).name());
  match.mutable_match()->set_person("accused");
  ASSERT_THAT(access_.Match(As("a"), match), IsOk());
  EXPECT_TRUE(Held(internal));
}

TEST_F(HoldTest, AHoldFollowsTheCaseIntoAnother) {
  const std::string first = Open("x").name(), second = Open("y").name(), third = Open("z").name();
  Place(OnCase(first));
  auto merge = Verb<v1::MergeCasesRequest>(first);
  merge.set_into(second);
  ASSERT_THAT(cases_.Merge(Call("m"), merge), IsOk());
  EXPECT_TRUE(Held(second));
  auto again = Verb<v1::MergeCasesRequest>(second);
  again.set_into(third);
  ASSERT_THAT(cases_.Merge(Call("m"), again), IsOk());
  EXPECT_TRUE(Held(third));
  EXPECT_TRUE(Held(first));
  // Placed on the tombstone after the fact.
  const std::string fourth = Open("a").name(), fifth = Open("b").name();
  auto late = Verb<v1::MergeCasesRequest>(fourth);
  late.set_into(fifth);
  ASSERT_THAT(cases_.Merge(Call("m"), late), IsOk());
  Place(OnCase(fourth));
  EXPECT_TRUE(Held(fifth));
}

TEST_F(HoldTest, AHoldFollowsAReportThatIsTakenOut) {
  const mamori::v1::Case one = Open("x"), other = Open("y");
  Place(OnCase(other.name()));
  auto merge = Verb<v1::MergeCasesRequest>(one.name());
  merge.set_into(other.name());
  ASSERT_THAT(cases_.Merge(Call("m"), merge), IsOk());
  Tasks tasks(plain_casework_);
  auto split = Verb<v1::SplitReportRequest>(other.name());
  split.set_report(one.reports(0));
  split.set_reason("not the same person");
  const auto beside = tasks.Split(Call("s"), split);
  ASSERT_THAT(beside, IsOk());
  EXPECT_TRUE(Held(beside->name()));
  // Also by the audit alone.
  database_.Execute("DELETE FROM legal_hold_target WHERE target = ?",
                    db::Params().Add(*id::FromName("cases", beside->name())));
  EXPECT_TRUE(Held(beside->name()));
  EXPECT_FALSE(Held(Open("z").name()));
}

TEST_F(HoldTest, WhoMayNotKnowOfACaseKnowsOfNoHoldOnIt) {
  const std::string name = Open("x").name();
  const LegalHold hold = Place(OnCase(name));
  ASSERT_THAT(Exclude(name, "out"), IsOk());
  EXPECT_EQ(List(As("out")), std::vector<std::string>{});
  EXPECT_EQ(holds_.Place(As("out"), OnCase(name)).status(),
            holds_.Place(As("out"), OnCase(id::Name("cases", ids_.NewId()))).status());
  EXPECT_THAT(holds_.Place(As("out"), OnCase(name)), StatusIs(absl::StatusCode::kNotFound));
  const LegalHold never = [&] {
    LegalHold one;
    one.set_name(id::Name("holds", ids_.NewId()));
    return one;
  }();
  const auto act = acts_.Request(As("a"), AskRelease(hold));
  ASSERT_THAT(act, IsOk());
  EXPECT_EQ(Release(As("out"), hold, *act).status(), Release(As("out"), never, *act).status());
  EXPECT_EQ(acts_.Request(As("out"), AskRelease(hold)).status(),
            acts_.Request(As("out"), AskRelease(never)).status());
  EXPECT_THAT(Approve("out", *act), StatusIs(absl::StatusCode::kNotFound));
  // Whom it is about knows of it as little.
  auto actor = Hold();
  actor.mutable_hold()->set_actor("accused");
  const LegalHold on_actor = Place(actor);
  EXPECT_EQ(List(As("accused")), (std::vector<std::string>{hold.name()}));
  EXPECT_EQ(List(As("a")), (std::vector<std::string>{on_actor.name(), hold.name()}));
  // The desk sees the case, but holds are not its work; a lawyer who was not let in sees neither.
  EXPECT_THAT(holds_.Place(As("d", {"desk"}), OnCase(name)),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  EXPECT_THAT(holds_.Place(As("l", {"lawyer"}), OnCase(name)),
              StatusIs(absl::StatusCode::kNotFound));
  auto add = Verb<v1::AddMemberRequest>(name);
  add.set_person("l");
  ASSERT_THAT(access_.AddMember(As("a"), add), IsOk());
  EXPECT_THAT(holds_.Place(As("l", {"lawyer"}), OnCase(name)), IsOk());
  server::CallContext stranger = As("a");
  stranger.tenant = "other";
  EXPECT_EQ(List(stranger), std::vector<std::string>{});
}

TEST_F(HoldTest, ListsArePagedAndFull) {
  std::vector<std::string> names;
  const std::string open = Open("x").name(), hidden = Open("y").name();
  ASSERT_THAT(Exclude(hidden, "viewer"), IsOk());
  for (int i = 0; i < 7; ++i) {
    const LegalHold hold = Place(OnCase(i % 2 == 0 ? open : hidden));
    if (i % 2 == 0) names.insert(names.begin(), hold.name());
  }
  EXPECT_EQ(List(As("viewer"), false, 2), names);
}

TEST_F(HoldTest, AHoldThatIsNotBelievedHolds) {
  const std::string name = Open("x").name();
  const LegalHold hold = Place(OnCase(name));
  // As the database's root: released without anybody.
  LegalHold forged = hold;
  forged.mutable_release_time()->set_seconds(1);
  database_.Execute("UPDATE legal_hold SET released = 1, record = ?",
                    db::Params().Add(forged.SerializeAsString()));
  EXPECT_TRUE(Held(name));
  EXPECT_GE(telemetry_.Take("tag"), 1);
}

TEST_F(HoldTest, RefusesRequestsThatSayTooLittle) {
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument);
  const std::string name = Open("x").name();
  EXPECT_THAT(holds_.Place(As("a"), Hold()), refused) << "no scope";
  auto request = OnCase(name);
  request.mutable_hold()->clear_issuer();
  EXPECT_THAT(holds_.Place(As("a"), request), refused);
  request = OnCase(name);
  request.mutable_hold()->clear_reason();
  EXPECT_THAT(holds_.Place(As("a"), request), refused);
  request = OnCase(name);
  request.mutable_hold()->add_cases(name);
  EXPECT_THAT(holds_.Place(As("a"), request), refused) << "cases are a matter's";
  request = Hold();
  request.mutable_hold()->set_matter("m");
  EXPECT_THAT(holds_.Place(As("a"), request), refused) << "a matter without a case holds nothing";
  request.mutable_hold()->add_cases("cases/x");
  EXPECT_THAT(holds_.Place(As("a"), request), refused);
  EXPECT_THAT(holds_.Release(As("a"), Verb<v1::ReleaseHoldRequest>(name)), refused);
}

}  // namespace
}  // namespace mamori::triage
