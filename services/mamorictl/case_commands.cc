// case: reading cases. The verbs are in case_verbs.cc, the stream in watch_command.cc.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/mamorictl/case_text.h"
#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

using mamori::v1::Case;
using triage::v1::GetCaseRequest;
using triage::v1::ListCasesRequest;
using triage::v1::ListCasesResponse;

int Show(Session& session, const std::string& name) {
  GetCaseRequest request;
  request.set_name(name);
  Case one;
  const auto status = session.triage().GetCase(session.Call().get(), request, &one);
  return status.ok() ? session.Show(one, CaseText(one)) : session.Fail(status);
}

int List(Session& session, const ListCasesRequest& request, const Paging& paging) {
  ListCasesResponse all;
  const auto status = ListPages(
      paging, request, all,
      [&](const ListCasesRequest& page_request, ListCasesResponse* page) {
        return session.triage().ListCases(session.Call().get(), page_request, page);
      },
      [](ListCasesResponse& response) { return response.mutable_cases(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"CASE", "OPENED", "COMPANY", "STATE", "SEVERITY", "CATEGORIES", "ASSIGNEE"});
  for (const auto& one : all.cases()) {
    table.AddRow({one.name(), TimeText(one.has_create_time(), one.create_time()), one.company(),
                  EnumText(one.state()), EnumText(one.severity()),
                  absl::StrJoin(one.categories(), ","), one.assignee()});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

}  // namespace

std::string CaseText(const Case& one) {
  Table facts({"CASE", one.name()});
  facts.AddRow({"state", EnumText(one.state())});
  if (!one.merged_into().empty()) facts.AddRow({"goes on in", one.merged_into()});
  facts.AddRow({"company", one.company()});
  facts.AddRow({"kind", EnumText(one.report_kind())});
  facts.AddRow({"severity", EnumText(one.severity())});
  facts.AddRow({"categories", absl::StrJoin(one.categories(), ", ")});
  facts.AddRow({"assignee", one.assignee()});
  facts.AddRow({"opened", TimeText(one.has_create_time(), one.create_time())});
  facts.AddRow({"changed", TimeText(one.has_update_time(), one.update_time())});
  facts.AddRow({"etag", one.etag()});
  facts.AddRow({"policy", one.policy_digest()});
  for (const auto& report : one.reports()) facts.AddRow({"report", report});
  std::string text = facts.Text();
  for (const auto& assessment : one.assessments()) {
    absl::StrAppend(
        &text, "\nassessment of ", assessment.report(), ": ", EnumText(assessment.severity()),
        assessment.no_rule_matched() ? ", no rule matched (which does not mean harmless)" : "",
        "\n");
    for (const auto& finding : assessment.findings()) {
      absl::StrAppend(&text, "  ", finding.category(), "  ", finding.reason_en(), "  [",
                      absl::StrJoin(finding.rule_ids(), ", "), "]\n");
    }
    for (const auto& measure : assessment.recommended_measures()) {
      absl::StrAppend(&text, "  the policy foresees: ", measure.measure(), "  [",
                      measure.policy_line(), "]\n");
    }
  }
  for (const auto& note : one.notes()) {
    absl::StrAppend(&text, "\nnote of ", note.author().empty() ? "-" : note.author(), ", ",
                    TimeText(note.has_create_time(), note.create_time()), "\n", note.text(), "\n");
  }
  for (const auto& delivery : one.deliveries()) {
    absl::StrAppend(&text, "\n", delivery.outcome(), "  ",
                    TimeText(delivery.has_outcome_time(), delivery.outcome_time()), "  ",
                    delivery.delivery(), "\n");
  }
  return text;
}

void AddCaseCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("case", "Read cases, work on them, watch them");
  group->require_subcommand(1);

  auto* show = group->add_subcommand("show", "Show a case with assessments and notes");
  auto name = std::make_shared<std::string>();
  show->add_option("name", *name, "cases/…, or reports/… for the case of a report")->required();
  show->footer("Example:\n  mamorictl case show reports/…");
  show->callback(
      [=, &choice] { choice.run = [=](Session& session) { return Show(session, *name); }; });

  auto* list = group->add_subcommand("list", "List cases, newest first");
  auto request = std::make_shared<ListCasesRequest>();
  using Text = const std::string&;
  AddEnumFlag<mamori::v1::CaseState>(*list, "--state", "Only this state; may be repeated",
                                     [=](auto state) { request->add_states(state); });
  AddEnumFlag<mamori::v1::Severity>(*list, "--min-severity", "From this severity on",
                                    [=](auto severity) { request->set_min_severity(severity); });
  list->add_option_function<std::string>(
      "--category", [=](Text t) { request->set_category(t); }, "Only this category");
  list->add_option_function<std::string>(
      "--assignee", [=](Text t) { request->set_assignee(t); }, "Only cases of this person");
  list->add_option_function<std::string>(
      "--company", [=](Text t) { request->set_company(t); }, "Only this company");
  auto paging = AddPagingFlags(*list);
  list->footer(
      "Examples:\n"
      "  mamorictl case list --state received --min-severity high\n"
      "  mamorictl case list --limit 0 -o json | jq -r '.cases[].name'");
  list->callback([=, &choice] {
    choice.run = [=](Session& session) { return List(session, *request, *paging); };
  });

  AddCaseVerbs(*group, choice);
  AddMeasureCommands(*group, choice);
  AddFindingCommands(*group, choice);
  AddJudgementCommands(*group, choice);
  AddCareCommands(*group, choice);
  AddPreventionCommands(*group, choice);
  AddTaskCommands(*group, choice);
  AddCasePeopleCommands(*group, choice);
  AddWatchCommand(*group, choice);
}

}  // namespace mamori::ctl
