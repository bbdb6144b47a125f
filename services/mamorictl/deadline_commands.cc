// deadline: what is due in cases, and what people do about it.
#include <google/protobuf/util/time_util.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "mamori/triage/v1/deadline_service.grpc.pb.h"
#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

using triage::v1::Deadline;
using triage::v1::DeadlineService;
using triage::v1::ListDeadlinesRequest;
using triage::v1::ListDeadlinesResponse;

std::unique_ptr<DeadlineService::Stub> DeadlineStub(Session& session) {
  return DeadlineService::NewStub(session.Channel(session.settings().triage));
}

std::string DeadlineStateText(const Deadline& one) {
  return absl::StrCat(EnumText(one.state()), one.missed() ? " (missed)" : "");
}

std::string DeadlineTable(const ListDeadlinesResponse& all, bool queue) {
  Table table(queue ? std::vector<std::string>{"URGENCY", "DUE", "CASE", "SEVERITY", "CLOCK",
                                               "STATE", "ASSIGNEE"}
                    : std::vector<std::string>{"DEADLINE", "DUE", "CLOCK", "STATE", "WHAT"});
  for (const Deadline& one : all.deadlines()) {
    if (queue) {
      table.AddRow({EnumText(one.urgency()), TimeText(one.has_due_time(), one.due_time()),
                    one.case_name(), EnumText(one.severity()), one.clock(), DeadlineStateText(one),
                    one.assignee()});
    } else {
      table.AddRow(
          {one.name(), one.due_day(), one.clock(), DeadlineStateText(one), one.label_en()});
    }
  }
  return table.Text();
}

std::string DeadlineText(const Deadline& one) {
  Table table({"DEADLINE", one.name()});
  table.AddRow({"case", one.case_name()});
  table.AddRow({"what", absl::StrCat(one.label_en(), " / ", one.label_ja())});
  table.AddRow({"clock", absl::StrCat(one.clock(), " (", EnumText(one.regime()), ")")});
  table.AddRow({"state", DeadlineStateText(one)});
  table.AddRow({"counted from", TimeText(one.has_start_time(), one.start_time())});
  table.AddRow({"last day", one.due_day()});
  table.AddRow({"due before", TimeText(one.has_due_time(), one.due_time())});
  table.AddRow({"next step", TimeText(one.has_next_step_time(), one.next_step_time())});
  return table.Text();
}

int ListAll(Session& session, const ListDeadlinesRequest& request, const Paging& paging) {
  const auto stub = DeadlineStub(session);
  ListDeadlinesResponse all;
  const auto status = ListPages(
      paging, request, all,
      [&](const ListDeadlinesRequest& page_request, ListDeadlinesResponse* page) {
        return stub->ListDeadlines(session.Call().get(), page_request, page);
      },
      [](ListDeadlinesResponse& response) { return response.mutable_deadlines(); });
  if (!status.ok()) return session.Fail(status);
  return session.Show(
      all, DeadlineTable(all, request.case_name().empty()) + MoreText(all.next_page_token()));
}

template <typename Request>
using DeadlineMethod = grpc::Status (DeadlineService::Stub::*)(grpc::ClientContext*, const Request&,
                                                               Deadline*);

// Adds the verb; its own flags are put on the returned command and fill the returned request.
template <typename Request>
std::pair<CLI::App*, std::shared_ptr<Request>> AddDeadlineVerb(CLI::App& group, Choice& choice,
                                                               const char* verb, const char* help,
                                                               DeadlineMethod<Request> method) {
  auto* command = group.add_subcommand(verb, help);
  auto request = std::make_shared<Request>();
  command
      ->template add_option_function<std::string>(
          "name", [=](const std::string& t) { request->set_name(t); }, "cases/…")
      ->required();
  command->template add_option_function<std::string>(
      "--etag", [=](const std::string& t) { request->set_etag(t); },
      "Exit code 20 when the case has changed since this etag");
  command->template add_option_function<std::string>(
      "--request-id", [=](const std::string& t) { request->set_request_id(t); },
      "Made when left out");
  command
      ->template add_option_function<std::string>(
          "--reason", [=](const std::string& t) { request->set_reason(t); },
          "Why, or what was done; kept as a note")
      ->required();
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      Deadline after;
      const auto stub = DeadlineStub(session);
      const auto status = (stub.get()->*method)(session.Call().get(), *request, &after);
      return status.ok() ? session.Show(after, DeadlineText(after)) : session.Fail(status);
    };
  });
  return {command, request};
}

template <typename Request>
void AddVerbOnOne(CLI::App& group, Choice& choice, const char* verb, const char* help,
                  DeadlineMethod<Request> method) {
  auto [command, request] = AddDeadlineVerb<Request>(group, choice, verb, help, method);
  auto target = request;
  command
      ->template add_option_function<std::string>(
          "deadline", [target](const std::string& t) { target->set_deadline(t); }, "deadlines/…")
      ->required();
}

void AddStart(CLI::App& group, Choice& choice) {
  auto [command, request] = AddDeadlineVerb<triage::v1::StartClockRequest>(
      group, choice, "start", "Begin a clock of the policy by what was found",
      &DeadlineService::Stub::StartClock);
  auto target = request;
  command
      ->add_option_function<std::string>(
          "clock", [target](const std::string& t) { target->set_clock(t); },
          "Id of the clock, such as appi.preliminary")
      ->required();
  command
      ->add_option_function<std::string>(
          "--from",
          [target](const std::string& t) {
            google::protobuf::util::TimeUtil::FromString(t, target->mutable_start_time());
          },
          "From when it is counted, such as 2026-12-01T09:00:00+09:00")
      ->check(CLI::Validator(
          [](std::string& t) -> std::string {
            google::protobuf::Timestamp time;
            return google::protobuf::util::TimeUtil::FromString(t, &time) ? ""
                                                                          : "want an RFC 3339 time";
          },
          "", "time"));
  command->footer(
      "Example:\n  mamorictl deadline start cases/… takedown.answer --reason 'asked the platform'");
}

}  // namespace

void AddDeadlineCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("deadline", "What is due in cases");
  group->require_subcommand(1);
  auto* list = group->add_subcommand("list", "The deadlines of a case, or the desk's queue");
  auto request = std::make_shared<ListDeadlinesRequest>();
  list->add_option_function<std::string>(
      "case", [=](const std::string& t) { request->set_case_name(t); },
      "cases/…; left out for the queue, the most urgent first");
  AddEnumFlag<triage::v1::DeadlineState>(*list, "--state", "Only this state",
                                         [=](auto state) { request->set_state(state); });
  list->add_option_function<std::string>(
      "--company", [=](const std::string& t) { request->set_company(t); },
      "Only this company; for the queue");
  auto paging = AddPagingFlags(*list);
  list->footer("Examples:\n  mamorictl deadline list\n  mamorictl deadline list cases/…");
  list->callback([=, &choice] {
    choice.run = [=](Session& session) { return ListAll(session, *request, *paging); };
  });
  using Stub = DeadlineService::Stub;
  namespace api = triage::v1;
  AddStart(*group, choice);
  AddVerbOnOne<api::PauseDeadlineRequest>(*group, choice, "pause", "Stop a deadline's time",
                                          &Stub::PauseDeadline);
  AddVerbOnOne<api::ResumeDeadlineRequest>(*group, choice, "resume", "Let its time go on",
                                           &Stub::ResumeDeadline);
  AddVerbOnOne<api::CompleteDeadlineRequest>(*group, choice, "complete",
                                             "Record that what was due is done, such as a check-in",
                                             &Stub::CompleteDeadline);
}

}  // namespace mamori::ctl
