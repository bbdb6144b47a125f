// Each request about the work on a case, field by field: what it needs, and how long it may be.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/errors.h"
#include "common/testing/matchers.h"
#include "services/triage/actor_request_rules.h"
#include "services/triage/care_rules.h"
#include "services/triage/contact_signal_rules.h"
#include "services/triage/desk_rules.h"
#include "services/triage/disclosure_rules.h"
#include "services/triage/fact_finding_rules.h"
#include "services/triage/handler_rules.h"
#include "services/triage/hearing_rules.h"
#include "services/triage/judgement_rules.h"
#include "services/triage/leak_rules.h"
#include "services/triage/measure_rules.h"
#include "services/triage/work_request_rules.h"

namespace mamori::triage {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::Contains;
using testing::IsOk;
using ::testing::Not;

constexpr size_t kWords = 4 << 10, kText = 16 << 10, kPerson = 200;
constexpr char kCase[] = "name: 'cases/00000000000000000000000000' ";
constexpr char kTime[] = "{ seconds: 1 } ";

std::string Named(const std::string& collection) {
  return absl::StrCat("name: '", collection, "/00000000000000000000000000' ");
}

// The fields that a status complains about.
std::vector<std::string> WrongFields(const absl::Status& status) {
  std::vector<std::string> fields;
  google::rpc::BadRequest bad;
  const google::rpc::Status proto = status::ToProtoStatus(status, "");
  for (const google::protobuf::Any& detail : proto.details()) {
    if (!detail.UnpackTo(&bad)) continue;
    for (const auto& one : bad.field_violations()) fields.push_back(one.field());
  }
  return fields;
}

// A record below a case.
std::string Below(const std::string& collection) {
  return Named("cases/00000000000000000000000000/" + collection);
}

// The message that holds the last part of `path`, and that part.
Message* Holder(Message* message, const std::string& path, const FieldDescriptor** field) {
  const std::vector<std::string> parts = absl::StrSplit(path, '.');
  for (size_t i = 0;; ++i) {
    *field = message->GetDescriptor()->FindFieldByName(parts[i]);
    EXPECT_NE(*field, nullptr) << path;
    if (i + 1 == parts.size()) return message;
    message = message->GetReflection()->MutableMessage(message, *field);
  }
}

struct Field {
  const char* path;
  size_t max = 0;  // of a text; 0 for anything else
  bool needed = true;
};

// `good` without any one of what is needed, and with any one text too long, is refused for that
// field, and is not with a text as long as it may be.
template <typename Request>
void ExpectFields(const std::string& good, const std::vector<Field>& fields) {
  Request request;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(good, &request)) << good;
  EXPECT_THAT(Validate(request), IsOk()) << request.GetTypeName();
  for (const Field& one : fields) {
    SCOPED_TRACE(absl::StrCat(request.GetTypeName(), " ", one.path));
    const auto fault = Contains(std::string(one.path));
    const auto changed = [&](const auto& change) {
      Request other = request;
      const FieldDescriptor* field = nullptr;
      Message* holder = Holder(&other, one.path, &field);
      change(*holder, *holder->GetReflection(), field);
      return WrongFields(Validate(other));
    };
    const std::vector<std::string> without = changed(
        [](Message& m, const auto& reflection, const auto* f) { reflection.ClearField(&m, f); });
    if (one.needed) {
      EXPECT_THAT(without, fault);
    } else {
      EXPECT_THAT(without, Not(fault));
    }
    if (one.max == 0) continue;
    for (const size_t over : {0, 1}) {
      const std::vector<std::string> wrong =
          changed([&](Message& m, const auto& reflection, const auto* f) {
            reflection.SetString(&m, f, std::string(one.max + over, 'x'));
          });
      if (over > 0) {
        EXPECT_THAT(wrong, fault);
      } else {
        EXPECT_THAT(wrong, Not(fault));
      }
    }
  }
}

// A verb: besides its own fields it needs a name of its kind and a request id.
template <typename Request>
void ExpectVerb(const std::string& name, const std::string& good, std::vector<Field> fields) {
  fields.push_back({"request_id", 64});
  fields.push_back({"name"});
  ExpectFields<Request>("request_id: 'request-1' " + name + good, fields);
  Request request;
  ASSERT_TRUE(
      google::protobuf::TextFormat::ParseFromString("request_id: 'request-1' " + good, &request));
  // Neither what is above it nor what stands beside it.
  for (const char* other : {"tenants/00000000000000000000000000",
                            "cases/00000000000000000000000000/others/00000000000000000000000000"}) {
    request.set_name(other);
    EXPECT_THAT(WrongFields(Validate(request)), Contains("name")) << other;
  }
}

template <typename Request>
void ExpectPages(const std::string& good) {
  Request request;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(good, &request)) << good;
  request.set_page_size(0);
  EXPECT_THAT(Validate(request), IsOk());
  request.set_page_size(-1);
  EXPECT_THAT(WrongFields(Validate(request)), Contains("page_size"));
}

TEST(RequestFieldsTest, FactFinding) {
  ExpectVerb<v1::RecordStatementRequest>(
      kCase,
      absl::StrCat("statement { kind: STATEMENT_KIND_WRITTEN role: STATEMENT_ROLE_OTHER form:"
                   " STATEMENT_FORM_SUMMARY person: 'p' text: 't' take_time ",
                   kTime, "}"),
      {{"statement.kind"},
       {"statement.role"},
       {"statement.form"},
       {"statement.person", kPerson},
       {"statement.taker", kPerson, false},
       {"statement.text", 64 << 10},
       {"statement.take_time"}});
  const std::string finding =
      "finding { text: 't' outcome: FACT_OUTCOME_NOT"
      " sources { resource: 'reports/00000000000000000000000000' } }";
  const std::vector<Field> of_finding = {
      {"finding.text", kText}, {"finding.sources"}, {"finding.outcome"}};
  ExpectVerb<v1::RecordFindingRequest>(kCase, finding, of_finding);
  ExpectVerb<v1::ReviseFindingRequest>(Below("findings"), finding, of_finding);
  ExpectVerb<v1::ConcludeFactFindingRequest>(
      kCase, "conclusion { outcome: FACT_OUTCOME_NOT reason: 'r' }",
      {{"conclusion.outcome"}, {"conclusion.reason", kText}});
  ExpectFields<v1::GetFactFindingRequest>(kCase, {{"name"}});
}

TEST(RequestFieldsTest, Judgement) {
  ExpectVerb<v1::JudgeCaseRequest>(
      kCase,
      "judgement { verdict: VERDICT_HARASSMENT demand: DEMAND_VALIDITY_NOT demand_reason: 'r'"
      " means: MEANS_ACCEPTABILITY_UNACCEPTABLE means_reason: 'r' complaint_answer: 'a'"
      " accommodation: ACCOMMODATION_REQUEST_MADE accommodation_answer: 'a' categories: 'c' }",
      {{"judgement.verdict"},
       {"judgement.demand"},
       {"judgement.demand_reason", kWords},
       {"judgement.means"},
       {"judgement.means_reason", kWords},
       {"judgement.complaint_answer", kWords},
       {"judgement.accommodation"},
       {"judgement.accommodation_answer", kWords},
       {"judgement.categories"}});
  ExpectFields<v1::GetJudgementRequest>(kCase, {{"name"}});
}

TEST(RequestFieldsTest, Measures) {
  const std::string measure = "measure { measure: 'WARNING' text: 't' }";
  const std::vector<Field> fields = {{"measure.measure", 64}, {"measure.text", kText}};
  const std::string name = Below("measures");
  ExpectVerb<v1::ProposeMeasureRequest>(kCase, measure, fields);
  ExpectVerb<v1::ReviseMeasureRequest>(name, measure, fields);
  ExpectVerb<v1::ApproveMeasureRequest>(
      name, "digest: '0123456789012345678901234567890123456789012345678901234567890123'",
      {{"digest", 64}});
  ExpectVerb<v1::RevokeApprovalRequest>(name, "", {});
  ExpectVerb<v1::ReferMeasureRequest>(name, "", {});
  ExpectVerb<v1::RejectMeasureRequest>(name, "reason: 'r'", {{"reason", kWords}});
  ExpectVerb<v1::RecordMeasureOutcomeRequest>(
      name,
      absl::StrCat("outcome { contact_person: 'c' next_action: 'n' carry_out_time ", kTime, "}"),
      {{"outcome.reference_number", kPerson, false},
       {"outcome.contact_person", kPerson},
       {"outcome.carry_out_time"},
       {"outcome.next_action", kWords}});
  ExpectVerb<v1::AssessMeasureEffectRequest>(name, "effect { reason: 'r' }",
                                             {{"effect.reason", kWords}});
  ExpectFields<v1::GetMeasureRequest>(name, {{"name"}});
  ExpectFields<v1::ListMeasuresRequest>(kCase, {{"name"}});
  ExpectPages<v1::ListMeasuresRequest>(kCase);
}

TEST(RequestFieldsTest, Care) {
  ExpectVerb<v1::RecordCareRequest>(
      kCase,
      "care { kind: CARE_KIND_CONTACT person: 'p' text: 't' care_time { seconds: 1 }"
      " next_contact_time { seconds: 2 } }",
      {{"care.kind"},
       {"care.person", kPerson},
       {"care.carer", kPerson, false},
       {"care.text", kText},
       {"care.care_time"},
       {"care.next_contact_time"}});
  ExpectVerb<v1::AssessDetrimentRiskRequest>(
      kCase, "risk { level: RISK_LEVEL_HIGH factors: 'f' safeguards: 's' }",
      {{"risk.level"}, {"risk.factors", kWords}, {"risk.safeguards", kWords}});
  ExpectVerb<v1::ReportRetaliationRequest>(
      kCase, "retaliation { narrative: 'n' affected: 'a' }",
      {{"retaliation.narrative", kText}, {"retaliation.affected", kPerson}});
  ExpectFields<v1::GetCareRequest>(kCase, {{"name"}});
  ExpectFields<v1::GetTimelineRequest>(absl::StrCat(kCase, "audience: TIMELINE_AUDIENCE_REPORTER"),
                                       {{"name"}, {"audience"}, {"person", kPerson, false}});
  ExpectFields<v1::ReadReporterTimelineRequest>(
      absl::StrCat("tenant: 't' report_id: '0123456789012345' receive_time ", kTime),
      {{"tenant", 64}, {"report_id", 16}, {"receive_time"}, {"person", kPerson, false}});
}

TEST(RequestFieldsTest, PreventionAndTasks) {
  ExpectVerb<v1::PlanPreventionRequest>(
      kCase,
      "prevention { action: 'a' owner: 'o' due_time { seconds: 1 } review_time { seconds: 2 } }",
      {{"prevention.action", kText},
       {"prevention.owner", kPerson},
       {"prevention.due_time"},
       {"prevention.review_time"}});
  const std::string prevention = Below("prevention");
  ExpectVerb<v1::CompletePreventionRequest>(prevention, "outcome: 'o'", {{"outcome", kWords}});
  ExpectVerb<v1::ReviewPreventionRequest>(prevention, "reason: 'r'", {{"reason", kWords}});
  ExpectFields<v1::ListPreventionRequest>(kCase, {{"name"}});
  ExpectVerb<v1::AddTaskRequest>(
      kCase, absl::StrCat("task { text: 't' owner: 'o' due_time ", kTime, "}"),
      {{"task.text", kWords}, {"task.owner", kPerson}, {"task.due_time"}});
  ExpectVerb<v1::CompleteTaskRequest>(Below("tasks"), "outcome: 'o'", {{"outcome", kWords}});
  ExpectFields<v1::ListTasksRequest>(kCase, {{"name"}});
  ExpectVerb<v1::HandOverCaseRequest>(kCase, "assignee: 'a' note: 'n'",
                                      {{"assignee", kPerson}, {"note", kText}});
  ExpectVerb<v1::SplitReportRequest>(kCase,
                                     "report: 'reports/00000000000000000000000000' reason: 'r'",
                                     {{"report"}, {"reason", kText}});
  ExpectPages<v1::ListOpenTasksRequest>("filter { owner: 'o' }");
  ExpectPages<v1::ListOpenPreventionRequest>("filter { mine: true } stage: PREVENTION_STAGE_TO_DO");
  ExpectFields<v1::ListOpenTasksRequest>("", {{"filter.owner", kPerson, false}});
  v1::ListOpenPreventionRequest request;
  request.mutable_filter()->set_owner("o");
  request.mutable_filter()->set_mine(true);
  EXPECT_THAT(WrongFields(Validate(request)), Contains("filter.mine"));
  request.Clear();
  request.set_stage(static_cast<v1::PreventionStage>(77));
  EXPECT_THAT(WrongFields(Validate(request)), Contains("stage"));
}

TEST(RequestFieldsTest, Hearings) {
  ExpectVerb<v1::NotifyAccusedRequest>(kCase,
                                       absl::StrCat("person: 'p' notice { text: 't' notify_time ",
                                                    kTime, "answer_due_time ", kTime, "}"),
                                       {{"person", kPerson},
                                        {"notice.text", kText},
                                        {"notice.evidence_secured", kWords, false},
                                        {"notice.notify_time"},
                                        {"notice.answer_due_time"}});
  const std::string words =
      absl::StrCat("words { text: 't' language: 'en' taker: 'p' take_time ", kTime, "}");
  const std::vector<Field> fields = {{"words.text", 64 << 10},
                                     {"words.language", 35},
                                     {"words.taker", kPerson, false},
                                     {"words.take_time"}};
  ExpectVerb<v1::RecordAccusedStatementRequest>(Below("hearings"), words, fields);
  ExpectVerb<v1::RecordObjectionRequest>(Below("hearings"), words, fields);
  ExpectVerb<v1::DecideObjectionRequest>(Below("hearings"), "decision: 'd'", {{"decision", kText}});
  ExpectVerb<v1::WaiveHearingRequest>(kCase, "person: 'p' reason: 'r'",
                                      {{"person", kPerson}, {"reason", kWords}});
  ExpectFields<v1::ListHearingsRequest>(kCase, {{"name"}});
}

TEST(RequestFieldsTest, Handlers) {
  const std::string name = Named("handlers");
  ExpectFields<v1::DesignateHandlerRequest>("request_id: 'request-1' person: 'p'",
                                            {{"request_id", 64}, {"person", kPerson}});
  ExpectVerb<v1::AcceptDesignationRequest>(name, "duty_version: '1'", {{"duty_version", 64}});
  ExpectVerb<v1::WithdrawDesignationRequest>(name, "cause: WITHDRAWAL_CAUSE_CONFLICT",
                                             {{"cause"}, {"successor", kPerson, false}});
  v1::WithdrawDesignationRequest request;
  request.set_cause(static_cast<v1::WithdrawalCause>(77));
  EXPECT_THAT(WrongFields(Validate(request)), Contains("cause"));
  ExpectFields<v1::GetDesignatedHandlerRequest>(name, {{"name"}});
  ExpectPages<v1::ListDesignatedHandlersRequest>("");
}

TEST(RequestFieldsTest, DisclosuresAndLeaks) {
  ExpectVerb<v1::ReceiveDisclosureRequestRequest>(
      kCase,
      absl::StrCat("disclosure { person: 'p' requester: REQUESTER_AGENT requester_name: 'n' text:"
                   " 't' receive_time ",
                   kTime, "}"),
      {{"disclosure.person", kPerson},
       {"disclosure.requester"},
       {"disclosure.requester_name", kPerson},
       {"disclosure.text", kText},
       {"disclosure.receive_time"}});
  // Who asks for themselves has said their name.
  ExpectFields<v1::ReceiveDisclosureRequestRequest>(
      absl::StrCat(
          "request_id: 'request-1' ", kCase,
          "disclosure { person: 'p' requester: REQUESTER_PRINCIPAL text: 't' receive_time ", kTime,
          "}"),
      {{"disclosure.requester_name", kPerson, false}});
  const std::string disclosure = Below("disclosures");
  ExpectVerb<v1::CheckRequesterIdentityRequest>(disclosure, "identity_check: 'c'",
                                                {{"identity_check", kWords}});
  ExpectVerb<v1::DecideDisclosureRequest>(
      disclosure, "outcome: DISCLOSURE_OUTCOME_FULL decision: 'd' parts { part: 'p' }",
      {{"outcome"}, {"decision", kText}, {"parts"}});
  ExpectVerb<v1::AnswerDisclosureRequest>(disclosure,
                                          absl::StrCat("answer: 'a' answer_time ", kTime),
                                          {{"answer", kText}, {"answer_time"}});
  ExpectFields<v1::ListDisclosuresRequest>(kCase, {{"name"}});
  ExpectVerb<v1::OpenLeakIncidentRequest>(
      kCase,
      absl::StrCat("leak { report: 'reports/00000000000000000000000000' text: 't' from_time ",
                   kTime, "to_time ", kTime, "know_time ", kTime, "}"),
      {{"leak.report", 0, false},
       {"leak.text", kText},
       {"leak.from_time"},
       {"leak.to_time"},
       {"leak.know_time"}});
  ExpectVerb<v1::RecordLeakStepRequest>(
      Below("leaks"),
      absl::StrCat("step { kind: LEAK_STEP_KIND_OTHER text: 't' step_time ", kTime, "}"),
      {{"step.kind"}, {"step.text", kText}, {"step.step_time"}});
  ExpectFields<v1::ListLeakIncidentsRequest>(kCase, {{"name"}});
  v1::OpenLeakIncidentRequest request;
  request.mutable_leak()->set_report("cases/00000000000000000000000000");
  EXPECT_THAT(WrongFields(Validate(request)), Contains("leak.report"));
}

TEST(RequestFieldsTest, ActorsAndSignals) {
  const std::string actor = "actors/00000000000000000000000000";
  ExpectVerb<v1::JoinActorsRequest>(
      kCase,
      absl::StrCat("reason: 'r' actor: '", actor,
                   "' other_case: 'cases/00000000000000000000000004' other_actor:"
                   " 'actors/00000000000000000000000004'"),
      {{"actor"}, {"other_case"}, {"other_actor"}, {"reason", kText}});
  v1::JoinActorsRequest same;
  same.set_actor(actor);
  same.set_other_actor(actor);
  EXPECT_THAT(WrongFields(Validate(same)), Contains("other_actor"));
  ExpectVerb<v1::SplitActorsRequest>(kCase, "join: 'joins/00000000000000000000000000' reason: 'r'",
                                     {{"join"}, {"reason", kText}});
  ExpectFields<v1::ListActorsRequest>(kCase, {{"name"}});
  ExpectPages<v1::ListActorsRequest>(kCase);
  ExpectFields<v1::ListActorCandidatesRequest>(kCase, {{"name"}});
  ExpectPages<v1::ListActorCandidatesRequest>(kCase);
  ExpectPages<v1::ListUnseenLinksRequest>("");
  ExpectFields<v1::ListContactSignalsRequest>(kCase, {{"name"}});
  ExpectPages<v1::ListContactSignalsRequest>(kCase);
  ExpectPages<v1::ListUnseenSignalsRequest>("");
  ExpectVerb<v1::AcceptCaseProposalRequest>(Named("signals"), "", {});
  ExpectVerb<v1::DismissCaseProposalRequest>(Named("signals"), "cause: DISMISSAL_CAUSE_THRESHOLD",
                                             {{"cause"}});
  v1::DismissCaseProposalRequest dismiss;
  dismiss.set_cause(static_cast<v1::DismissalCause>(77));
  EXPECT_THAT(WrongFields(Validate(dismiss)), Contains("cause"));
  // Every state that a proposal can be in, and no other.
  for (int state = 0; state <= v1::ContactSignalState_MAX + 1; ++state) {
    v1::ListCaseProposalsRequest request;
    request.set_state(static_cast<v1::ContactSignalState>(state));
    EXPECT_EQ(Validate(request).ok(), state == 0 || state == v1::CONTACT_SIGNAL_STATE_PROPOSED ||
                                          state == v1::CONTACT_SIGNAL_STATE_ACCEPTED ||
                                          state == v1::CONTACT_SIGNAL_STATE_DISMISSED)
        << state;
  }
  ExpectPages<v1::ListCaseProposalsRequest>("");
}

}  // namespace
}  // namespace mamori::triage
