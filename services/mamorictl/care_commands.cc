// case judge, care, prevention, task: what a case is judged to be, who is looked after, and what
// the desk does besides.
#include "mamori/triage/v1/care_service.grpc.pb.h"
#include "mamori/triage/v1/judgement_service.grpc.pb.h"
#include "mamori/triage/v1/prevention_service.grpc.pb.h"
#include "mamori/triage/v1/task_service.grpc.pb.h"
#include "services/mamorictl/message_flags.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

constexpr char kCaseName[] = "cases/…";

CLI::App& AddGroup(CLI::App& cases, const char* name, const char* help) {
  auto* group = cases.add_subcommand(name, help);
  group->require_subcommand(1);
  return *group;
}

}  // namespace

void AddJudgementCommands(CLI::App& cases, Choice& choice) {
  using Stub = triage::v1::JudgementService::Stub;
  auto& group = AddGroup(cases, "judge", "What a case is, on the two axes");
  const auto stub = &Session::judgements;
  AddMessageVerb(group, choice, "make", "Judge a case, or judge it anew", kCaseName, stub,
                 &Stub::JudgeCase,
                 {"verdict", "demand", "demand_reason", "means", "means_reason", "complaint_answer",
                  "accommodation", "accommodation_answer", "categories"});
  AddMessageVerb(group, choice, "show", "Show the judgement in force", kCaseName, stub,
                 &Stub::GetJudgement, {});
}

void AddCareCommands(CLI::App& cases, Choice& choice) {
  using Stub = triage::v1::CareService::Stub;
  auto& group = AddGroup(cases, "care", "Who is looked after, and what is missing");
  const auto stub = &Session::cares;
  AddMessageVerb(group, choice, "record", "Record what was done for a person", kCaseName, stub,
                 &Stub::RecordCare,
                 {"kind", "person", "carer", "care_time", "next_contact_time", "text"});
  AddMessageVerb(group, choice, "risk", "Assess the risk of detriment", kCaseName, stub,
                 &Stub::AssessDetrimentRisk, {"level", "reporter_known", "factors", "safeguards"});
  AddMessageVerb(group, choice, "show", "Show all care and what is missing", kCaseName, stub,
                 &Stub::GetCare, {});
  AddMessageVerb(group, choice, "timeline", "What the reporter or an affected person may be told",
                 kCaseName, stub, &Stub::GetTimeline, {"audience", "person"});
  AddMessageVerb(group, choice, "retaliation", "Open a case about retaliation, with other people",
                 kCaseName, stub, &Stub::ReportRetaliation, {"narrative", "affected"});
}

void AddPreventionCommands(CLI::App& cases, Choice& choice) {
  using Stub = triage::v1::PreventionService::Stub;
  constexpr char kAction[] = "cases/…/prevention/…";
  auto& group = AddGroup(cases, "prevention", "What is done so that it does not happen again");
  const auto stub = &Session::preventions;
  AddMessageVerb(group, choice, "plan", "Plan an action", kCaseName, stub, &Stub::PlanPrevention,
                 {"action", "owner", "due_time", "review_time"});
  AddMessageVerb(group, choice, "complete", "Record that it is done", kAction, stub,
                 &Stub::CompletePrevention, {"outcome"});
  AddMessageVerb(group, choice, "review", "Record whether it has helped", kAction, stub,
                 &Stub::ReviewPrevention, {"effective", "reason"});
  AddMessageVerb(group, choice, "list", "List a case's actions", kCaseName, stub,
                 &Stub::ListPrevention, {});
}

void AddTaskCommands(CLI::App& cases, Choice& choice) {
  using Stub = triage::v1::TaskService::Stub;
  auto& group = AddGroup(cases, "task", "Tasks on a case");
  const auto stub = &Session::tasks;
  AddMessageVerb(group, choice, "add", "Give someone a task", kCaseName, stub, &Stub::AddTask,
                 {"text", "owner", "due_time"});
  AddMessageVerb(group, choice, "complete", "Record that it is done", "cases/…/tasks/…", stub,
                 &Stub::CompleteTask, {"outcome"});
  AddMessageVerb(group, choice, "list", "List a case's tasks", kCaseName, stub, &Stub::ListTasks,
                 {"open_only"});
  AddMessageVerb(cases, choice, "hand-over", "Give a case to a person with a note", kCaseName, stub,
                 &Stub::HandOverCase, {"assignee", "note"});
  AddMessageVerb(cases, choice, "split", "Take a report out into a case of its own", kCaseName,
                 stub, &Stub::SplitReport, {"report", "reason"});
}

}  // namespace mamori::ctl
