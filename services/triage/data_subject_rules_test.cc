// The pure rules on what data subjects ask and what leaked, over the whole space of what they look
// at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/status/errors.h"
#include "common/testing/matchers.h"
#include "common/time/timestamp.h"
#include "services/triage/disclosure_rules.h"
#include "services/triage/leak_rules.h"
#include "services/triage/work_name.h"

namespace mamori::triage {
namespace {

using testing::HasReason;
using testing::IsOk;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

google::protobuf::Timestamp Stamp(absl::Time time) { return time::ToTimestamp(time); }

TEST(DisclosureRulesTest, TheOutcomeIsWhatItsPartsComeTo) {
  for (int outcome = 0; outcome <= 4; ++outcome) {
    for (int redacted = 0; redacted <= 2; ++redacted) {
      v1::DecideDisclosureRequest request;
      request.set_request_id("request-1");
      request.set_name(NameOfWork("disclosures", std::string(16, 'c'), std::string(16, 'd')));
      request.set_outcome(static_cast<v1::DisclosureOutcome>(outcome));
      request.set_decision("d");
      for (int i = 0; i < 2; ++i) {
        auto& part = *request.add_parts();
        part.set_part("p");
        if (i >= redacted) continue;
        part.set_ground(v1::REDACTION_GROUND_RIGHTS_OF_OTHERS);
        part.set_reason("it tells who reported");
      }
      const bool fits = (outcome == v1::DISCLOSURE_OUTCOME_FULL && redacted == 0) ||
                        (outcome == v1::DISCLOSURE_OUTCOME_PARTIAL && redacted == 1) ||
                        (outcome == v1::DISCLOSURE_OUTCOME_REFUSED && redacted == 2);
      EXPECT_EQ(Validate(request).ok(), fits) << outcome << redacted;
      if (!fits) continue;
      auto unreasoned = request;
      unreasoned.mutable_parts(0)->set_reason(redacted > 0 ? "" : "why");
      EXPECT_FALSE(Validate(unreasoned).ok()) << "a ground has a reason, and only a ground";
    }
  }
}

TEST(DisclosureRulesTest, ARequestDoesNotComeFromTheFuture) {
  v1::DisclosureRequest disclosure;
  *disclosure.mutable_receive_time() = Stamp(kNow);
  EXPECT_THAT(CheckReceive(disclosure, kNow), IsOk());
  EXPECT_FALSE(CheckReceive(disclosure, kNow - absl::Seconds(1)).ok());
}

TEST(DisclosureRulesTest, EveryStepFromEveryState) {
  for (int state = 1; state <= v1::DISCLOSURE_STATE_ANSWERED; ++state) {
    v1::DisclosureRequest disclosure;
    disclosure.set_state(static_cast<v1::DisclosureState>(state));
    *disclosure.mutable_receive_time() = Stamp(kNow - absl::Hours(1));
    disclosure.set_decider("decider");
    const bool open = state <= v1::DISCLOSURE_STATE_NOT_CONFIRMED;
    EXPECT_EQ(CheckIdentityStep(disclosure).ok(), open) << state;
    EXPECT_EQ(CheckDecision(disclosure, v1::DISCLOSURE_OUTCOME_REFUSED).ok(), open) << state;
    for (const auto outcome : {v1::DISCLOSURE_OUTCOME_FULL, v1::DISCLOSURE_OUTCOME_PARTIAL}) {
      EXPECT_EQ(CheckDecision(disclosure, outcome).ok(), state == v1::DISCLOSURE_STATE_CONFIRMED)
          << state;
    }
    const bool decided = state == v1::DISCLOSURE_STATE_DECIDED;
    for (const auto outcome : {v1::DISCLOSURE_OUTCOME_FULL, v1::DISCLOSURE_OUTCOME_REFUSED}) {
      disclosure.set_outcome(outcome);
      EXPECT_EQ(CheckAnswer(disclosure, "other", kNow, kNow).ok(), decided) << state;
      EXPECT_EQ(CheckAnswer(disclosure, "decider", kNow, kNow).ok(),
                decided && outcome == v1::DISCLOSURE_OUTCOME_REFUSED)
          << "four eyes on what leaves";
      EXPECT_FALSE(CheckAnswer(disclosure, "other", kNow + absl::Seconds(1), kNow).ok());
      EXPECT_FALSE(CheckAnswer(disclosure, "other", kNow - absl::Hours(2), kNow).ok());
    }
  }
}

// Leaks.

mamori::v1::CaseAccess Version(int64_t version, const std::vector<std::string>& members,
                               const std::vector<std::string>& out = {}) {
  mamori::v1::CaseAccess access;
  access.set_tenant("t");
  access.set_version(version);
  access.set_kind(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
  for (const std::string& person : members) access.add_members()->set_person(person);
  for (const std::string& person : out) access.add_exclusions()->set_person(person);
  return access;
}

mamori::v1::AccessPolicy RosterPolicy() {
  mamori::v1::AccessPolicy policy;
  auto& kind = *policy.add_kinds();
  kind.set_kind(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
  kind.add_roles("desk");
  for (const auto& [person, role] :
       {std::pair("d1", "desk"), std::pair("d2", "desk"), std::pair("law", "lawyer")}) {
    auto& entry = *policy.add_roster();
    entry.set_person(person);
    entry.add_roles(role);
  }
  return policy;
}

std::string Told(const std::vector<v1::LeakReader>& readers) {
  std::string text;
  for (const v1::LeakReader& one : readers) {
    text += one.person() + ":";
    for (const int64_t version : one.access_versions()) text += std::to_string(version);
    text += one.access() == v1::LEAK_ACCESS_MEMBER ? "m"
            : one.access() == v1::LEAK_ACCESS_ROLE ? "r"
                                                   : "-";
    text += " ";
  }
  return text;
}

TEST(LeakRulesTest, WhoCouldHaveReadIsToldByTheVersionsWithinTheWindow) {
  LeakEvidence evidence;
  // 1: the desk. 2: with a lawyer as a member. 3: without d2. 4, now: the lawyer is out again.
  const absl::Time t0 = kNow;
  evidence.past.records = {{Version(1, {}), t0 + absl::Hours(10)},
                           {Version(2, {"law"}), t0 + absl::Hours(20)},
                           {Version(3, {"law", "guest"}, {"d2"}), t0 + absl::Hours(30)}};
  evidence.access = Version(4, {"guest"}, {"d2"});
  const auto policy = RosterPolicy();
  const auto in = [&](int from, int to) {
    return Told(ReadersOf(evidence, policy, t0 + absl::Hours(from), t0 + absl::Hours(to)));
  };
  EXPECT_EQ(in(1, 5), "d1:1r d2:1r ");
  EXPECT_EQ(in(1, 15), "d1:12r d2:12r law:2m ");
  EXPECT_EQ(in(12, 25), "d1:23r d2:2r guest:3m law:23m ");
  EXPECT_EQ(in(35, 40), "d1:4r guest:4m ");
  EXPECT_EQ(in(0, 40), "d1:1234r d2:12r guest:34m law:23m ");
  evidence.by_day = true;
  EXPECT_EQ(in(35, 40), "d1:234r d2:2r guest:34m law:23m ")
      << "an end told by day is of any moment";
}

TEST(LeakRulesTest, WhoDidReadIsToldWhateverTheRecordsSay) {
  LeakEvidence evidence;
  evidence.access = Version(1, {});
  evidence.case_reads = {{"d1", 2, kNow, kNow + absl::Hours(1)}, {"intruder", 1, kNow, kNow}};
  evidence.report_reads = {{"d1", 3, kNow - absl::Hours(1), kNow}};
  const auto readers =
      ReadersOf(evidence, RosterPolicy(), kNow - absl::Hours(2), kNow + absl::Hours(2));
  EXPECT_EQ(Told(readers), "d1:1r d2:1r intruder:- ");
  EXPECT_EQ(readers[0].case_reads(), 2);
  EXPECT_EQ(readers[0].report_reads(), 3);
  EXPECT_EQ(time::FromTimestamp(readers[0].first_time()), kNow - absl::Hours(1));
  EXPECT_EQ(time::FromTimestamp(readers[0].last_time()), kNow + absl::Hours(1));
  EXPECT_FALSE(readers[1].has_first_time());
}

TEST(LeakRulesTest, AnIncidentIsClosedOnceItWasReportedOrIsExempt) {
  const auto step = [](v1::LeakStepKind kind) {
    v1::LeakStep one;
    one.set_kind(kind);
    *one.mutable_step_time() = Stamp(kNow);
    return one;
  };
  for (int bits = 0; bits < 8; ++bits) {
    v1::LeakIncident leak;
    if ((bits & 1) != 0) *leak.add_steps() = step(v1::LEAK_STEP_KIND_PRELIMINARY_REPORT);
    if ((bits & 2) != 0) *leak.add_steps() = step(v1::LEAK_STEP_KIND_FINAL_REPORT);
    if ((bits & 4) != 0) *leak.add_steps() = step(v1::LEAK_STEP_KIND_EXEMPT);
    const bool done = (bits & 6) != 0;
    EXPECT_EQ(CheckStep(leak, step(v1::LEAK_STEP_KIND_CLOSED), kNow).ok(), done) << bits;
    EXPECT_EQ(Owes(leak, v1::LEAK_STEP_KIND_FINAL_REPORT), !done) << bits;
    EXPECT_EQ(Owes(leak, v1::LEAK_STEP_KIND_PRELIMINARY_REPORT), bits == 0) << bits;
    EXPECT_THAT(CheckStep(leak, step(v1::LEAK_STEP_KIND_OTHER), kNow), IsOk());
    EXPECT_FALSE(CheckStep(leak, step(v1::LEAK_STEP_KIND_OTHER), kNow - absl::Seconds(1)).ok());
    leak.set_closed(true);
    EXPECT_THAT(CheckStep(leak, step(v1::LEAK_STEP_KIND_OTHER), kNow),
                HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  }
}

TEST(LeakRulesTest, AWindowLiesInThePastAndIsNotEndless) {
  const auto open = [](absl::Duration from, absl::Duration to, absl::Duration known) {
    v1::LeakIncident leak;
    *leak.mutable_from_time() = Stamp(kNow + from);
    *leak.mutable_to_time() = Stamp(kNow + to);
    *leak.mutable_know_time() = Stamp(kNow + known);
    return CheckOpen(leak, kNow).ok();
  };
  const auto h = [](int hours) { return absl::Hours(hours); };
  EXPECT_TRUE(open(h(-2), h(-1), h(0)));
  EXPECT_TRUE(open(h(-24 * 400), h(0), h(0)));
  EXPECT_FALSE(open(h(-24 * 400 - 1), h(0), h(0)));
  EXPECT_FALSE(open(h(-1), h(-1), h(0)));
  EXPECT_FALSE(open(h(-1), h(1), h(0)));
  EXPECT_FALSE(open(h(-2), h(-1), h(1)));
}

TEST(LeakRulesTest, ADepartmentThatIsKeptOutIsOfTheRosterAlone) {
  LeakEvidence evidence;
  evidence.access = Version(1, {"guest"});
  evidence.access.add_excluded_departments("sales");
  auto policy = RosterPolicy();
  policy.mutable_roster(0)->set_department("sales");
  policy.mutable_roster(1)->set_department("care");
  // Of the guest nothing is known: told rather than left out.
  EXPECT_EQ(Told(ReadersOf(evidence, policy, kNow, kNow)), "d2:1r guest:1m ");
}

TEST(LeakRulesTest, TheFirstAndTheLastReadingAreTold) {
  LeakEvidence evidence;
  evidence.access = Version(1, {});
  evidence.case_reads = {{"x", 1, kNow, kNow + absl::Hours(5)}};
  evidence.report_reads = {{"x", 1, kNow + absl::Hours(1), kNow + absl::Hours(2)},
                           {"x", 1, kNow + absl::Hours(1), kNow + absl::Hours(6)}};
  const auto readers = ReadersOf(evidence, mamori::v1::AccessPolicy(), kNow, kNow);
  ASSERT_EQ(readers.size(), 1u);
  EXPECT_EQ(time::FromTimestamp(readers[0].first_time()), kNow);
  EXPECT_EQ(time::FromTimestamp(readers[0].last_time()), kNow + absl::Hours(6));
}

TEST(LeakRulesTest, NothingIsOwedOfWhatWasClosed) {
  v1::LeakIncident leak;
  EXPECT_TRUE(Owes(leak, v1::LEAK_STEP_KIND_PRELIMINARY_REPORT));
  leak.set_closed(true);
  EXPECT_FALSE(Owes(leak, v1::LEAK_STEP_KIND_PRELIMINARY_REPORT));
}

TEST(LeakRulesTest, AThousandVersionsOfOneReaderAreTold) {
  LeakEvidence evidence;
  for (int i = 0; i < 1000; ++i) {
    evidence.past.records.push_back({Version(i + 1, {}), kNow + absl::Seconds(i)});
  }
  evidence.access = Version(1001, {});
  const auto readers = ReadersOf(evidence, RosterPolicy(), kNow, kNow + absl::Hours(1));
  EXPECT_EQ(readers[0].access_versions_size(), 1000);
}

TEST(DisclosureRulesTest, PartsAreNamedReasonedAndFew) {
  v1::DecideDisclosureRequest good;
  good.set_request_id("request-1");
  good.set_name(NameOfWork("disclosures", std::string(16, 'c'), std::string(16, 'd')));
  good.set_outcome(v1::DISCLOSURE_OUTCOME_REFUSED);
  good.set_decision("d");
  auto& part = *good.add_parts();
  part.set_part(std::string(1 << 10, 'p'));
  part.set_ground(v1::REDACTION_GROUND_OTHER_LAW);
  part.set_reason(std::string(4 << 10, 'r'));
  EXPECT_THAT(Validate(good), IsOk());
  const auto wrong = [&](const auto& change) {
    v1::DecideDisclosureRequest request = good;
    change(request);
    return !Validate(request).ok();
  };
  EXPECT_TRUE(wrong([](auto& r) { r.mutable_parts(0)->clear_part(); }));
  EXPECT_TRUE(wrong([](auto& r) { r.mutable_parts(0)->mutable_part()->append("p"); }));
  EXPECT_TRUE(wrong([](auto& r) { r.mutable_parts(0)->mutable_reason()->append("r"); }));
  EXPECT_TRUE(
      wrong([](auto& r) { r.mutable_parts(0)->set_ground(static_cast<v1::RedactionGround>(77)); }));
  for (const int count : {200, 201}) {
    EXPECT_EQ(wrong([&](auto& r) {
                while (r.parts_size() < count) *r.add_parts() = good.parts(0);
              }),
              count > 200);
  }
}

}  // namespace
}  // namespace mamori::triage
