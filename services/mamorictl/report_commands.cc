// report: what was told.
#include <memory>

#include "absl/strings/str_cat.h"
#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"
#include "services/mamorictl/text_source.h"

namespace mamori::ctl {
namespace {

using intake::v1::GetReportRequest;
using intake::v1::ListReportsRequest;
using intake::v1::ListReportsResponse;
using intake::v1::SupplementReportRequest;
using mamori::v1::Report;
using mamori::v1::ReportKind;
using mamori::v1::Supplement;
using mamori::v1::SupplementKind;

// First name, organisation or handle that there is.
std::string ActorText(const mamori::v1::AllegedActor& actor) {
  const std::string& who = !actor.person().empty()         ? actor.person()
                           : !actor.organisation().empty() ? actor.organisation()
                                                           : actor.online_handle();
  return absl::StrCat(who, " (", EnumText(actor.relation()), ")");
}

std::string ReportText(const Report& report) {
  Table facts({"REPORT", report.name()});
  facts.AddRow({"company", report.company()});
  facts.AddRow({"kind", EnumText(report.kind())});
  facts.AddRow({"created", TimeText(report.has_create_time(), report.create_time())});
  facts.AddRow({"language", report.language()});
  if (report.immediate_danger()) facts.AddRow({"danger", "someone is in danger now"});
  for (const auto& person : report.affected()) facts.AddRow({"affected", person.person()});
  for (const auto& actor : report.actors()) facts.AddRow({"actor", ActorText(actor)});
  for (const auto& one : report.occurrences()) {
    facts.AddRow({"happened", absl::StrCat(TimeText(one.has_start_time(), one.start_time()), "  ",
                                           EnumText(one.channel()), "  ", one.place())});
  }
  if (report.contact_count() > 0) facts.AddRow({"contacts", absl::StrCat(report.contact_count())});
  if (report.total_minutes() > 0) facts.AddRow({"minutes", absl::StrCat(report.total_minutes())});
  if (!report.wish().empty()) facts.AddRow({"wish", report.wish()});
  facts.AddRow(
      {"reporter", report.has_reporter() ? report.reporter().person() : "no identity given"});
  std::string text = absl::StrCat(facts.Text(), "\n", report.narrative(), "\n");
  for (const auto& supplement : report.supplements()) {
    absl::StrAppend(&text, "\n", EnumText(supplement.kind()), " ",
                    TimeText(supplement.has_create_time(), supplement.create_time()), "\n",
                    supplement.text(), "\n");
  }
  return text;
}

int Get(Session& session, const std::string& name) {
  GetReportRequest request;
  request.set_name(name);
  Report report;
  const auto status = session.intake().GetReport(session.Call().get(), request, &report);
  return status.ok() ? session.Show(report, ReportText(report)) : session.Fail(status);
}

int List(Session& session, const ListReportsRequest& request, const Paging& paging) {
  ListReportsResponse all;
  const auto status = ListPages(
      paging, request, all,
      [&](const ListReportsRequest& page_request, ListReportsResponse* page) {
        return session.intake().ListReports(session.Call().get(), page_request, page);
      },
      [](ListReportsResponse& response) { return response.mutable_reports(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"REPORT", "CREATED", "COMPANY", "KIND", "LANGUAGE", "DANGER"});
  for (const auto& report : all.reports()) {
    table.AddRow({report.name(), TimeText(report.has_create_time(), report.create_time()),
                  report.company(), EnumText(report.kind()), report.language(),
                  report.immediate_danger() ? "yes" : ""});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

void AddSupplement(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("supplement", "Add words to a report, or correct it");
  auto request = std::make_shared<SupplementReportRequest>();
  auto& supplement = *request->mutable_supplement();
  supplement.set_kind(mamori::v1::SUPPLEMENT_KIND_ADDITION);
  supplement.set_language("ja");
  auto name = std::make_shared<std::string>();
  auto text = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  auto language = std::make_shared<std::string>("ja");
  auto request_id = std::make_shared<std::string>();
  command->add_option("name", *name, "reports/…")->required();
  auto* inline_text = command->add_option("--text", *text, "The words");
  command->add_option("--text-file", *file, "The words, from a file; - reads standard input")
      ->excludes(inline_text);
  command->add_option("--language", *language, "BCP 47")->capture_default_str();
  command->add_option("--request-id", *request_id, "Made when left out");
  AddEnumFlag<SupplementKind>(*command, "--kind", "Default ADDITION", [=](SupplementKind kind) {
    request->mutable_supplement()->set_kind(kind);
  });
  command->footer(
      "Example:\n  mamorictl report supplement reports/… --kind correction --language en \\\n"
      "      --text 'It was on Tuesday, not on Monday.'");
  command->callback([=, &choice] {
    if (text->empty() && file->empty()) throw CLI::RequiredError("--text or --text-file");
    choice.run = [=](Session& session) {
      if (!file->empty() && !ReadText(*file, *text)) {
        return session.FailLocally(absl::StrCat("cannot read ", *file));
      }
      request->set_name(*name);
      request->set_request_id(session.RequestId(*request_id));
      request->mutable_supplement()->set_text(*text);
      request->mutable_supplement()->set_language(*language);
      Supplement added;
      const auto status = session.intake().SupplementReport(session.Call().get(), *request, &added);
      return status.ok() ? session.Show(added, added.name() + "\n") : session.Fail(status);
    };
  });
}

}  // namespace

void AddReportCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("report", "Read reports and add to them");
  group->require_subcommand(1);

  auto* get = group->add_subcommand("get", "Show a report with its supplements");
  auto name = std::make_shared<std::string>();
  get->add_option("name", *name, "reports/…")->required();
  get->footer("Example:\n  mamorictl report get reports/… -o json | jq -r .narrative");
  get->callback(
      [=, &choice] { choice.run = [=](Session& session) { return Get(session, *name); }; });

  auto* list = group->add_subcommand("list", "List reports, newest first, without narratives");
  auto company = std::make_shared<std::string>();
  auto request = std::make_shared<ListReportsRequest>();
  list->add_option("--company", *company, "Only this company");
  AddEnumFlag<ReportKind>(*list, "--kind", "Only this kind",
                          [=](ReportKind kind) { request->set_kind(kind); });
  auto paging = AddPagingFlags(*list);
  list->footer("Example:\n  mamorictl report list --kind consultation --limit 0");
  list->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_company(*company);
      return List(session, *request, *paging);
    };
  });

  AddSupplement(*group, choice);
}

}  // namespace mamori::ctl
