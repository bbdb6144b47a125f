// desk: what there is to do over all cases, and timeline: what a reporter may know of what is next.
#include <memory>

#include "absl/strings/str_cat.h"
#include "mamori/intake/v1/timeline_service.grpc.pb.h"
#include "mamori/triage/v1/affected_timeline_service.grpc.pb.h"
#include "mamori/triage/v1/desk_service.grpc.pb.h"
#include "services/mamorictl/message_flags.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/receipt_file.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

using triage::v1::DeskService;
using triage::v1::ListOpenPreventionRequest;
using triage::v1::ListOpenPreventionResponse;
using triage::v1::ListOpenTasksRequest;
using triage::v1::ListOpenTasksResponse;

std::string DueText(const google::protobuf::Timestamp& due, bool overdue) {
  return absl::StrCat(TimeText(true, due), overdue ? " (overdue)" : "");
}

std::string OpenTaskTable(const ListOpenTasksResponse& all) {
  Table table({"DUE", "TASK", "OWNER", "SEVERITY", "WHAT"});
  for (const triage::v1::OpenTask& one : all.tasks()) {
    table.AddRow({DueText(one.task().due_time(), one.overdue()), one.task().name(),
                  one.task().owner(), EnumText(one.case_of().severity()), one.task().text()});
  }
  return table.Text();
}

std::string OpenPreventionTable(const ListOpenPreventionResponse& all) {
  Table table({"DUE", "ACTION", "OWNER", "STAGE", "WHAT"});
  for (const triage::v1::OpenPrevention& one : all.prevention()) {
    const bool review = one.stage() == triage::v1::PREVENTION_STAGE_TO_REVIEW;
    const auto& due = review ? one.prevention().review_time() : one.prevention().due_time();
    table.AddRow({DueText(due, one.overdue()), one.prevention().name(), one.prevention().owner(),
                  EnumText(one.stage()), one.prevention().action()});
  }
  return table.Text();
}

std::string TimelineText(const triage::v1::Timeline& timeline) {
  std::string text;
  for (const triage::v1::TimelineEntry& entry : timeline.entries()) {
    absl::StrAppend(&text, entry.next() ? "next  " : "      ",
                    TimeText(entry.has_entry_time(), entry.entry_time()), "  ", entry.text_ja(),
                    " / ", entry.text_en(), "\n");
  }
  return text;
}

// A list of the desk: `items` is the repeated field of its answers.
template <typename Request, typename Response, typename Items>
void AddDeskList(CLI::App& group, Choice& choice, const char* name, const char* help,
                 const std::vector<std::string>& fields,
                 grpc::Status (DeskService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                 Items items, std::string (*table)(const Response&)) {
  auto* command = group.add_subcommand(name, help);
  auto request = std::make_shared<Request>();
  AddMessageFlags(*command, *request, fields);
  auto paging = AddPagingFlags(*command);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      const auto stub = DeskService::NewStub(session.Channel(session.settings().triage));
      Response all;
      const auto status = ListPages(
          *paging, *request, all,
          [&](const Request& page_request, Response* page) {
            return (stub.get()->*method)(session.Call().get(), page_request, page);
          },
          items);
      if (!status.ok()) return session.Fail(status);
      return session.Show(all, table(all) + MoreText(all.next_page_token()));
    };
  });
}

int ShowAffectedTimeline(Session& session, const std::string& of_case) {
  const auto stub =
      triage::v1::AffectedTimelineService::NewStub(session.Channel(session.settings().triage));
  triage::v1::GetAffectedTimelineRequest request;
  request.set_name(of_case);
  triage::v1::Timeline timeline;
  const grpc::Status status = stub->GetAffectedTimeline(session.Call().get(), request, &timeline);
  return status.ok() ? session.Show(timeline, TimelineText(timeline)) : session.Fail(status);
}

int ShowTimeline(Session& session, const std::string& report, const std::string& receipt_file) {
  const auto stub =
      intake::v1::TimelineService::NewStub(session.Channel(session.settings().intake));
  triage::v1::Timeline timeline;
  grpc::Status status;
  if (receipt_file.empty()) {
    intake::v1::GetReportTimelineRequest request;
    request.set_report(report);
    status = stub->GetReportTimeline(session.Call().get(), request, &timeline);
  } else {
    const auto receipt = ReadReceipt(receipt_file);
    if (!receipt.ok()) return session.FailUsage(std::string(receipt.status().message()));
    intake::v1::GetAnonymousTimelineRequest request;
    request.set_receipt(*receipt);
    status = stub->GetAnonymousTimeline(session.AnonymousCall().get(), request, &timeline);
  }
  return status.ok() ? session.Show(timeline, TimelineText(timeline)) : session.Fail(status);
}

}  // namespace

void AddDeskCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("desk", "What there is to do, over all cases that you may see");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  mamorictl desk tasks --mine --overdue\n"
      "  mamorictl desk prevention --stage to_review");
  AddDeskList<ListOpenTasksRequest, ListOpenTasksResponse>(
      *group, choice, "tasks", "Tasks that are not done, first due first",
      {"mine", "owner", "overdue"}, &DeskService::Stub::ListOpenTasks,
      [](ListOpenTasksResponse& all) { return all.mutable_tasks(); }, OpenTaskTable);
  AddDeskList<ListOpenPreventionRequest, ListOpenPreventionResponse>(
      *group, choice, "prevention", "Actions against recurrence to be done or to be reviewed",
      {"mine", "owner", "overdue", "stage"}, &DeskService::Stub::ListOpenPrevention,
      [](ListOpenPreventionResponse& all) { return all.mutable_prevention(); },
      OpenPreventionTable);
}

void AddTimelineCommand(CLI::App& app, Choice& choice) {
  auto* command =
      app.add_subcommand("timeline",
                         "What becomes of your own report, or of what happened to you: steps, and "
                         "what is next");
  auto report = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  auto* name = command->add_option("report", *report, "reports/…, by token");
  auto* receipt =
      command->add_option("--receipt-file", *file, "In its place the receipt")->excludes(name);
  auto of_case = std::make_shared<std::string>();
  command->add_option("--case", *of_case, "cases/… in which you are cared for, by token")
      ->excludes(name)
      ->excludes(receipt);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      return of_case->empty() ? ShowTimeline(session, *report, *file)
                              : ShowAffectedTimeline(session, *of_case);
    };
  });
}

}  // namespace mamori::ctl
