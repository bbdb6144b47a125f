// The pure rules on what data subjects ask over all cases and on what leaked of several, over the
// whole space of what they look at.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "common/status/errors.h"
#include "common/testing/matchers.h"
#include "common/time/timestamp.h"
#include "services/triage/breach_rules.h"
#include "services/triage/guarded_request_rules.h"
#include "services/triage/subject_request_rules.h"

namespace mamori::triage {
namespace {

using authz::Role;
using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

constexpr char kId[] = "00000000000000000000000000";
const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
const auto kWrong = StatusIs(absl::StatusCode::kInvalidArgument);
const auto kNotAllowed = HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED);

google::protobuf::Timestamp Stamp(absl::Time time) { return time::ToTimestamp(time); }

template <typename Request>
Request Parse(const std::string& text) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

template <typename Request>
void ExpectWrong(const std::string& text, const std::string& path) {
  const absl::Status status = Validate(Parse<Request>(text));
  EXPECT_THAT(status, kWrong) << text;
  EXPECT_THAT(std::string(status.message()), HasSubstr(path)) << text;
}

// Whoever has no other role than this one.
authz::RoleSet Only(int role) {
  authz::RoleSet roles;
  roles.Add(static_cast<Role>(role));
  return roles;
}

TEST(SubjectRequestRulesTest, RequestsAreComplete) {
  using Receive = v1::ReceiveSubjectRequestRequest;
  const std::string id = "request_id: 'request-1' ";
  const auto asked = [&](const std::string& fields) {
    return id + "subject_request { " + fields + " }";
  };
  const std::string who = "person: 'p' requester: REQUESTER_PRINCIPAL ";
  const std::string what = "text: 't' receive_time { seconds: 1 } ";
  EXPECT_THAT(Validate(Parse<Receive>(asked(who + what + "names: 'ab'"))), IsOk());
  ExpectWrong<Receive>(asked(what + "requester: REQUESTER_PRINCIPAL"), "subject_request.person");
  ExpectWrong<Receive>(asked(what + "person: 'p'"), "subject_request.requester");
  ExpectWrong<Receive>(asked(who + "receive_time { seconds: 1 }"), "subject_request.text");
  ExpectWrong<Receive>(asked(who + "text: 't'"), "subject_request.receive_time");
  ExpectWrong<Receive>(asked(who + what + "names: 'ab' names: 'a'"), "subject_request.names[1]");
  std::string many;
  for (int i = 0; i < 20; ++i) many += "names: 'ab' ";
  EXPECT_THAT(Validate(Parse<Receive>(asked(who + what + many))), IsOk());
  ExpectWrong<Receive>(asked(who + what + many + "names: 'ab'"), "subject_request.names");
  // Who asks for another has a name.
  for (const char* other : {"REQUESTER_AGENT", "REQUESTER_LEGAL_REPRESENTATIVE"}) {
    const std::string by = what + "person: 'p' requester: " + other + " ";
    ExpectWrong<Receive>(asked(by), "subject_request.requester_name");
    EXPECT_THAT(Validate(Parse<Receive>(asked(by + "requester_name: 'n'"))), IsOk());
  }

  const std::string verb = id + "name: 'subjectRequests/" + kId + "' ";
  using Check = v1::CheckSubjectRequesterRequest;
  EXPECT_THAT(Validate(Parse<Check>(verb + "identity_check: 'c'")), IsOk());
  ExpectWrong<Check>(verb, "identity_check");
  ExpectWrong<Check>(id + "name: 'cases/" + kId + "' identity_check: 'c'", "name");
  using Answer = v1::AnswerSubjectRequestRequest;
  EXPECT_THAT(Validate(Parse<Answer>(verb + "answer: 'a' answer_time { seconds: 1 }")), IsOk());
  ExpectWrong<Answer>(verb + "answer_time { seconds: 1 }", "answer");
  ExpectWrong<Answer>(verb + "answer: 'a'", "answer_time");
  ExpectWrong<v1::GatherSubjectRequestRequest>("name: 'x'", "name");
  ExpectWrong<v1::GetSubjectRequestRequest>("name: 'x'", "name");
  ExpectWrong<v1::ComposeSubjectAnswerRequest>("name: 'x'", "name");
  ExpectWrong<v1::ListSubjectRequestsRequest>("page_size: -1", "page_size");
}

TEST(SubjectRequestRulesTest, FirstReadersAndLawyersHandleThem) {
  EXPECT_FALSE(MayHandleSubjectRequests({}));
  for (int role = 0; role < authz::kRoles; ++role) {
    EXPECT_EQ(MayHandleSubjectRequests(Only(role)),
              Only(role).Has(Role::kFirstReader) || Only(role).Has(Role::kLawyer))
        << role;
  }
}

TEST(SubjectRequestRulesTest, EveryStepFromEveryState) {
  for (int state = 1; state <= v1::DISCLOSURE_STATE_ANSWERED; ++state) {
    v1::SubjectRequest request;
    request.set_state(static_cast<v1::DisclosureState>(state));
    *request.mutable_receive_time() = Stamp(kNow - absl::Hours(1));
    EXPECT_EQ(CheckSubjectCheck(request).ok(), state != v1::DISCLOSURE_STATE_ANSWERED) << state;
    EXPECT_EQ(CheckSubjectGather(request).ok(), state == v1::DISCLOSURE_STATE_CONFIRMED) << state;
    EXPECT_EQ(
        CheckSubjectAnswer(request, {}, "p", kNow, kNow).ok(),
        state == v1::DISCLOSURE_STATE_CONFIRMED || state == v1::DISCLOSURE_STATE_NOT_CONFIRMED)
        << state;
  }
  v1::SubjectRequest request;
  *request.mutable_receive_time() = Stamp(kNow);
  EXPECT_THAT(CheckSubjectReceive(request, kNow), IsOk());
  EXPECT_THAT(CheckSubjectReceive(request, kNow - absl::Seconds(1)), kWrong);
}

TEST(SubjectRequestRulesTest, ItIsClosedWhenItWasRecordedAsAnswered) {
  v1::SubjectRequest request;
  *request.mutable_create_time() = Stamp(kNow);
  *request.mutable_close_time() = Stamp(kNow + absl::Hours(5));
  // Whatever time the answer is said to have been given at.
  for (const absl::Duration said : {absl::Hours(-24 * 3650), absl::Hours(1), absl::Hours(4)}) {
    *request.mutable_answer_time() = Stamp(kNow + said);
    for (int state = 0; state <= v1::DISCLOSURE_STATE_ANSWERED; ++state) {
      request.set_state(static_cast<v1::DisclosureState>(state));
      EXPECT_EQ(CloseTimeOf(request), state == v1::DISCLOSURE_STATE_ANSWERED
                                          ? std::optional<absl::Time>(kNow + absl::Hours(5))
                                          : std::nullopt);
    }
  }
  // Of one from before that was recorded: never before it was received.
  request.clear_close_time();
  *request.mutable_answer_time() = Stamp(kNow - absl::Hours(24 * 3650));
  EXPECT_EQ(CloseTimeOf(request), kNow);
  *request.mutable_answer_time() = Stamp(kNow + absl::Hours(3));
  EXPECT_EQ(CloseTimeOf(request), kNow + absl::Hours(3));
}

TEST(GuardedRequestRulesTest, RecordsOfTheTenantAreNamedByTheirCollections) {
  const std::string asked = std::string("subjectRequests/") + kId;
  const std::string leaked = std::string("breaches/") + kId;
  const std::string of_case = std::string("cases/") + kId;
  const std::string verb = "request_id: 'request-1' act: 'acts/" + std::string(kId) + "' name: ";
  const auto act = [](const std::string& kind, const std::string& resource) {
    return "request_id: 'request-1' act { reason: 'r' kind: ACT_KIND_" + kind + " resource: '" +
           resource + "' }";
  };
  const auto hold = [](const std::string& scope) {
    return "request_id: 'request-1' hold { issuer: 'i' reason: 'r' " + scope + " }";
  };
  for (const std::string& name : {asked, leaked}) {
    EXPECT_THAT(Validate(Parse<v1::DisposeRecordRequest>(verb + "'" + name + "'")), IsOk());
    ExpectWrong<v1::DisposeCaseRequest>(verb + "'" + name + "'", "name");
    EXPECT_THAT(Validate(Parse<v1::GetDispositionRequest>("name: '" + name + "'")), IsOk());
    EXPECT_THAT(Validate(Parse<v1::ListActsRequest>("resource: '" + name + "'")), IsOk());
    EXPECT_THAT(Validate(Parse<v1::RequestActRequest>(act("DISPOSE_RECORD", name))), IsOk());
    ExpectWrong<v1::RequestActRequest>(act("DISPOSE_CASE", name), "act.resource");
    EXPECT_THAT(Validate(Parse<v1::PlaceHoldRequest>(hold("record_name: '" + name + "'"))), IsOk());
    ExpectWrong<v1::PlaceHoldRequest>(hold("record_name: '" + name + "' cases: '" + of_case + "'"),
                                      "hold.cases");
    ExpectWrong<v1::PlaceHoldRequest>(hold("case_name: '" + name + "'"), "hold.case_name");
  }
  for (const std::string& name : {of_case, std::string("breaches/x"), std::string()}) {
    ExpectWrong<v1::DisposeRecordRequest>(verb + "'" + name + "'", "name");
    ExpectWrong<v1::RequestActRequest>(act("DISPOSE_RECORD", name), "act.resource");
    ExpectWrong<v1::PlaceHoldRequest>(hold("record_name: '" + name + "'"), "hold.record_name");
  }
  ExpectWrong<v1::RequestActRequest>(
      "request_id: 'request-1' act { reason: 'r' kind: ACT_KIND_DISPOSE_RECORD emergency: true"
      " resource: '" +
          asked + "' }",
      "act.emergency");
  ExpectWrong<v1::DisposeRecordRequest>("request_id: 'request-1' name: '" + asked + "'", "act");
  ExpectWrong<v1::GetDispositionRequest>("name: 'holds/" + std::string(kId) + "'", "name");
  ExpectWrong<v1::ListActsRequest>("resource: 'acts/" + std::string(kId) + "'", "resource");
  ExpectWrong<v1::PlaceHoldRequest>(hold(""), "hold");
  for (const char* collection : {"", "cases", "subjectRequests", "breaches"}) {
    EXPECT_THAT(Validate(Parse<v1::DryRunRetentionRequest>(std::string("collection: '") +
                                                           collection + "'")),
                IsOk());
  }
  ExpectWrong<v1::DryRunRetentionRequest>("collection: 'holds'", "collection");
  ExpectWrong<v1::DryRunRetentionRequest>("page_size: -1", "page_size");
}

TEST(BreachRulesTest, ItIsClosedWhenTheStepWasRecorded) {
  v1::Breach breach;
  const auto add = [&](v1::LeakStepKind kind, absl::Time recorded) {
    v1::LeakStep& step = *breach.add_steps();
    step.set_kind(kind);
    *step.mutable_step_time() = Stamp(kNow - absl::Hours(24 * 3650));
    *step.mutable_record_time() = Stamp(recorded);
  };
  for (int kind = 1; v1::LeakStepKind_IsValid(kind); ++kind) {
    if (kind == v1::LEAK_STEP_KIND_CLOSED) continue;
    add(static_cast<v1::LeakStepKind>(kind), kNow);
    EXPECT_EQ(CloseTimeOf(breach), std::nullopt) << kind;
  }
  breach.set_closed(true);
  EXPECT_EQ(CloseTimeOf(breach), std::nullopt) << "nothing says when";
  add(v1::LEAK_STEP_KIND_CLOSED, kNow + absl::Hours(2));
  EXPECT_EQ(CloseTimeOf(breach), kNow + absl::Hours(2));
  breach.set_closed(false);
  EXPECT_EQ(CloseTimeOf(breach), std::nullopt) << "open";
}

v1::DisclosureRequest Found(v1::DisclosureState state,
                            v1::DisclosureOutcome outcome = v1::DISCLOSURE_OUTCOME_FULL) {
  v1::DisclosureRequest found;
  found.set_state(state);
  found.set_outcome(outcome);
  found.set_decider("decider");
  *found.mutable_receive_time() = Stamp(kNow - absl::Hours(1));
  return found;
}

TEST(SubjectRequestRulesTest, NothingIsToldBeforeAllOfItIsDecided) {
  const auto decided = Found(v1::DISCLOSURE_STATE_DECIDED);
  v1::SubjectRequest request;
  request.set_state(v1::DISCLOSURE_STATE_CONFIRMED);
  *request.mutable_receive_time() = Stamp(kNow - absl::Hours(1));
  for (int state = 1; state <= v1::DISCLOSURE_STATE_ANSWERED; ++state) {
    const auto one = Found(static_cast<v1::DisclosureState>(state));
    const bool settled =
        state == v1::DISCLOSURE_STATE_DECIDED || state == v1::DISCLOSURE_STATE_ANSWERED;
    EXPECT_EQ(CheckSubjectCompose({decided, one}).ok(), settled) << state;
    EXPECT_EQ(CheckSubjectAnswer(request, {decided, one}, "p", kNow, kNow).ok(), settled) << state;
  }
}

TEST(SubjectRequestRulesTest, WhoDecidedDoesNotAnswerAndNotAtAnyTime) {
  v1::SubjectRequest request;
  request.set_state(v1::DISCLOSURE_STATE_CONFIRMED);
  *request.mutable_receive_time() = Stamp(kNow - absl::Hours(1));
  const auto open = Found(v1::DISCLOSURE_STATE_DECIDED);
  const auto role = HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED);
  EXPECT_THAT(CheckSubjectAnswer(request, {open}, "decider", kNow, kNow), role);
  // Each of them is looked at, but what was answered in its case is done.
  const auto answered = Found(v1::DISCLOSURE_STATE_ANSWERED);
  EXPECT_THAT(CheckSubjectAnswer(request, {answered, open}, "decider", kNow, kNow), role);
  EXPECT_THAT(CheckSubjectAnswer(request, {answered}, "decider", kNow, kNow), IsOk());
  // Nothing is told by a refusal.
  const auto refused = Found(v1::DISCLOSURE_STATE_DECIDED, v1::DISCLOSURE_OUTCOME_REFUSED);
  EXPECT_THAT(CheckSubjectAnswer(request, {refused}, "decider", kNow, kNow), IsOk());
  for (const auto& found :
       std::vector<std::vector<v1::DisclosureRequest>>{{open}, {answered}, {}}) {
    EXPECT_THAT(CheckSubjectAnswer(request, found, "p", kNow + absl::Seconds(1), kNow), kWrong);
    EXPECT_THAT(CheckSubjectAnswer(request, found, "p", kNow - absl::Hours(1), kNow), IsOk());
    EXPECT_THAT(CheckSubjectAnswer(request, found, "p", kNow - absl::Hours(2), kNow), kWrong)
        << "before it came";
  }
}

TEST(SubjectRequestRulesTest, WhatIsToldHasNoRedactedPartAndNoOrderOfItsOwn) {
  auto full = Found(v1::DISCLOSURE_STATE_DECIDED);
  full.set_decision("z");
  full.add_parts()->set_part("shown");
  auto some = Found(v1::DISCLOSURE_STATE_DECIDED, v1::DISCLOSURE_OUTCOME_PARTIAL);
  some.set_decision("a");
  some.add_parts()->set_part("shown too");
  auto& redacted = *some.add_parts();
  redacted.set_part("hidden");
  redacted.set_ground(v1::REDACTION_GROUND_OTHER_LAW);
  redacted.set_reason("an internal reason");
  const auto refused = Found(v1::DISCLOSURE_STATE_DECIDED, v1::DISCLOSURE_OUTCOME_REFUSED);
  const auto told = ToldOf({full, refused, some});
  ASSERT_EQ(told.size(), 2u) << "what is refused leaves no trace";
  EXPECT_EQ(told[0].decision(), "a");
  ASSERT_EQ(told[0].parts_size(), 2);
  EXPECT_EQ(told[0].parts(0).part(), "shown too");
  EXPECT_EQ(told[0].parts(1).part(), "");
  EXPECT_EQ(told[0].parts(1).ground(), v1::REDACTION_GROUND_OTHER_LAW);
  EXPECT_EQ(told[1].parts(0).part(), "shown");
  EXPECT_EQ(ToldOf({some, full})[0].decision(), "a");
}

// Breaches.

TEST(BreachRulesTest, RequestsAreComplete) {
  const std::string id = "request_id: 'request-1' ";
  using Open = v1::OpenBreachRequest;
  const std::string times =
      "from_time { seconds: 1 } to_time { seconds: 2 } know_time { seconds: 3 } ";
  const auto breach = [&](const std::string& fields) { return id + "breach { " + fields + " }"; };
  const std::string of_case = std::string("cases: 'cases/") + kId + "' ";
  EXPECT_THAT(Validate(Parse<Open>(breach(times + "text: 't' person: 'p'"))), IsOk());
  EXPECT_THAT(Validate(Parse<Open>(breach(times + "text: 't' " + of_case))), IsOk());
  ExpectWrong<Open>(breach(times + "text: 't'"), "breach.person");
  ExpectWrong<Open>(breach(times + "person: 'p'"), "breach.text");
  ExpectWrong<Open>(breach(times + "text: 't' " + of_case + "cases: 'x'"), "breach.cases[1]");
  std::string many;
  for (int i = 0; i < kMaxBreachCases; ++i) many += of_case;
  EXPECT_THAT(Validate(Parse<Open>(breach(times + "text: 't' " + many))), IsOk());
  ExpectWrong<Open>(breach(times + "text: 't' " + many + of_case), "breach.cases");
  for (const char* field : {"from_time", "to_time", "know_time"}) {
    auto request = Parse<Open>(breach(times + "text: 't' person: 'p'"));
    v1::Breach::GetReflection()->ClearField(request.mutable_breach(),
                                            v1::Breach::descriptor()->FindFieldByName(field));
    EXPECT_THAT(std::string(Validate(request).message()), HasSubstr(field));
  }
  using Step = v1::RecordBreachStepRequest;
  const std::string verb = id + "name: 'breaches/" + kId + "' ";
  const std::string when = "step_time { seconds: 1 } ";
  EXPECT_THAT(
      Validate(Parse<Step>(verb + "step { kind: LEAK_STEP_KIND_OTHER text: 't' " + when + "}")),
      IsOk());
  ExpectWrong<Step>(id + "step { kind: LEAK_STEP_KIND_OTHER text: 't' " + when + "}", "name");
  ExpectWrong<Step>(verb + "step { text: 't' " + when + "}", "step.kind");
  ExpectWrong<Step>(verb + "step { kind: LEAK_STEP_KIND_OTHER " + when + "}", "step.text");
  ExpectWrong<Step>(verb + "step { kind: LEAK_STEP_KIND_OTHER text: 't' }", "step.step_time");
  ExpectWrong<v1::GetBreachRequest>("name: 'x'", "name");
  ExpectWrong<v1::ListBreachesRequest>("page_size: -1", "page_size");
}

TEST(BreachRulesTest, FirstReadersAndAdminsLookAfterThem) {
  EXPECT_FALSE(MayLookAfterBreaches({}));
  for (int role = 0; role < authz::kRoles; ++role) {
    EXPECT_EQ(MayLookAfterBreaches(Only(role)),
              Only(role).Has(Role::kFirstReader) || Only(role).Has(Role::kAdmin))
        << role;
  }
}

TEST(BreachRulesTest, ABreachIsOpenedAndEndedLikeTheIncidentOfOneCase) {
  v1::Breach breach;
  *breach.mutable_from_time() = Stamp(kNow - absl::Hours(2));
  *breach.mutable_to_time() = Stamp(kNow - absl::Hours(1));
  *breach.mutable_know_time() = Stamp(kNow);
  EXPECT_THAT(CheckBreachOpen(breach, kNow), IsOk());
  EXPECT_THAT(CheckBreachOpen(breach, kNow - absl::Seconds(1)), kWrong) << "known in the future";
  EXPECT_THAT(CheckBreachOpen(breach, kNow - absl::Minutes(61)), kWrong);
  auto endless = breach;
  *endless.mutable_from_time() = Stamp(kNow - absl::Hours(24 * 401));
  EXPECT_THAT(CheckBreachOpen(endless, kNow), kWrong);
  auto backwards = breach;
  *backwards.mutable_from_time() = breach.to_time();
  EXPECT_THAT(CheckBreachOpen(backwards, kNow), kWrong);

  v1::LeakStep step;
  *step.mutable_step_time() = Stamp(kNow);
  step.set_kind(v1::LEAK_STEP_KIND_CLOSED);
  EXPECT_THAT(CheckBreachStep(breach, step, kNow), kNotAllowed) << "it was not reported";
  step.set_kind(v1::LEAK_STEP_KIND_FINAL_REPORT);
  EXPECT_THAT(CheckBreachStep(breach, step, kNow), IsOk());
  EXPECT_THAT(CheckBreachStep(breach, step, kNow - absl::Seconds(1)), kWrong);
  *breach.add_steps() = step;
  step.set_kind(v1::LEAK_STEP_KIND_CLOSED);
  EXPECT_THAT(CheckBreachStep(breach, step, kNow), IsOk());
  // A full record can be ended, and nothing else.
  while (breach.steps_size() < 200) breach.add_steps()->set_kind(v1::LEAK_STEP_KIND_OTHER);
  EXPECT_THAT(CheckBreachStep(breach, step, kNow), IsOk());
  step.set_kind(v1::LEAK_STEP_KIND_OTHER);
  EXPECT_THAT(CheckBreachStep(breach, step, kNow), kNotAllowed);
  breach.mutable_steps()->DeleteSubrange(199, 1);
  EXPECT_THAT(CheckBreachStep(breach, step, kNow), IsOk());
  breach.set_closed(true);
  EXPECT_THAT(CheckBreachStep(breach, step, kNow), kNotAllowed);
}

TEST(BreachRulesTest, ReadersAreCountedByCaseOverAllIncidents) {
  const auto reader = [](const char* person, v1::LeakAccess access, int case_reads,
                         int report_reads, int hour) {
    v1::LeakReader one;
    one.set_person(person);
    one.set_access(access);
    one.set_case_reads(case_reads);
    one.set_report_reads(report_reads);
    if (case_reads + report_reads == 0) return one;
    *one.mutable_first_time() = Stamp(kNow + absl::Hours(hour));
    *one.mutable_last_time() = Stamp(kNow + absl::Hours(hour + 1));
    return one;
  };
  std::vector<v1::LeakIncident> incidents(3);
  *incidents[0].add_readers() = reader("b", v1::LEAK_ACCESS_ROLE, 3, 0, 5);
  *incidents[0].add_readers() = reader("a", v1::LEAK_ACCESS_UNSPECIFIED, 0, 1, 0);
  *incidents[1].add_readers() = reader("b", v1::LEAK_ACCESS_MEMBER, 0, 0, 0);
  *incidents[2].add_readers() = reader("b", v1::LEAK_ACCESS_ROLE, 1, 1, 2);
  const auto readers = ReadersOver(incidents);
  ASSERT_EQ(readers.size(), 2u);
  EXPECT_EQ(readers[0].person(), "a") << "who could not have read and did";
  EXPECT_EQ(readers[0].readable_cases(), 0);
  EXPECT_EQ(readers[0].read_cases(), 1);
  EXPECT_EQ(readers[1].person(), "b");
  EXPECT_EQ(readers[1].readable_cases(), 3);
  EXPECT_EQ(readers[1].read_cases(), 2) << "cases, not readings";
  EXPECT_EQ(time::FromTimestamp(readers[1].first_time()), kNow + absl::Hours(2));
  EXPECT_EQ(time::FromTimestamp(readers[1].last_time()), kNow + absl::Hours(6));
}

}  // namespace
}  // namespace mamori::triage
