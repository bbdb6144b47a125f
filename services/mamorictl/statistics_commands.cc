// stats: the published numbers of a month.
#include <fstream>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mamori/triage/v1/statistics_service.grpc.pb.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"
#include "services/mamorictl/statistics_chart.h"

namespace mamori::ctl {
namespace {

using triage::v1::GetStatisticsRequest;
using triage::v1::ListStatisticsRequest;
using triage::v1::ListStatisticsResponse;
using triage::v1::Statistics;
using triage::v1::StatisticsService;

struct StatisticsFlags {
  std::string month;
  std::string svg;
};

std::string StatisticsText(const Statistics& statistics) {
  std::string text =
      absl::StrCat(statistics.name(), ", counted ",
                   TimeText(statistics.has_create_time(), statistics.create_time()),
                   "; counts below ", statistics.smallest_cell(), " are not told (*)\n");
  for (const auto& table : statistics.tables()) {
    Table rows({table.label_en(), table.has_total() ? absl::StrCat(table.total()) : "*"});
    for (const auto& row : table.rows()) {
      rows.AddRow({row.key(), row.has_count() ? absl::StrCat(row.count()) : "*"});
    }
    absl::StrAppend(&text, "\n", rows.Text());
  }
  return text;
}

int ListMonths(Session& session, StatisticsService::Stub& stub) {
  ListStatisticsResponse all;
  const auto status = ListPages(
      Paging{.limit = 0}, ListStatisticsRequest(), all,
      [&](const ListStatisticsRequest& request, ListStatisticsResponse* page) {
        return stub.ListStatistics(session.Call().get(), request, page);
      },
      [](ListStatisticsResponse& response) { return response.mutable_statistics(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"MONTH", "COUNTED"});
  for (const Statistics& one : all.statistics()) {
    table.AddRow({one.name(), TimeText(one.has_create_time(), one.create_time())});
  }
  return session.Show(all, table.Text());
}

int ShowMonth(Session& session, StatisticsService::Stub& stub, const StatisticsFlags& flags) {
  GetStatisticsRequest request;
  request.set_name(absl::StartsWith(flags.month, "statistics/") ? flags.month
                                                                : "statistics/" + flags.month);
  Statistics statistics;
  const auto status = stub.GetStatistics(session.Call().get(), request, &statistics);
  if (!status.ok()) return session.Fail(status);
  if (!flags.svg.empty()) {
    std::ofstream file(flags.svg);
    file << StatisticsChart(statistics);
    if (!file.flush()) return session.FailLocally("cannot write " + flags.svg);
  }
  return session.Show(statistics, StatisticsText(statistics));
}

}  // namespace

void AddStatisticsCommands(CLI::App& app, Choice& choice) {
  auto* command = app.add_subcommand("stats", "The published numbers of a month");
  auto flags = std::make_shared<StatisticsFlags>();
  auto* month = command->add_option("month", flags->month,
                                    "Such as 2026-11; left out, the months are listed");
  command->add_option("--svg", flags->svg, "Write a chart to this file")->needs(month);
  command->footer("Examples:\n  mamorictl stats\n  mamorictl stats 2026-11 --svg november.svg");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      const auto stub = StatisticsService::NewStub(session.Channel(session.settings().triage));
      return flags->month.empty() ? ListMonths(session, *stub) : ShowMonth(session, *stub, *flags);
    };
  });
}

}  // namespace mamori::ctl
