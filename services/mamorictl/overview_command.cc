// overview: the whole road of each report on one line: report, case, what it is, what was
// delivered.
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

namespace note = notification::v1;
using mamori::v1::Case;
using mamori::v1::Delivery;
using mamori::v1::DeliveryChannel;
using mamori::v1::Report;

struct Road {
  Report report;
  bool has_case = false;
  Case opened;
  std::vector<Delivery> deliveries;
};

struct Overview {
  std::vector<std::string> reports;
  int limit = 20;
  double wait_seconds = 0;
};

bool IsSettled(const Delivery& delivery) {
  return delivery.state() != mamori::v1::DELIVERY_STATE_PENDING &&
         delivery.state() != mamori::v1::DELIVERY_STATE_SENDING;
}

// It has a case, somebody was told, and nothing is on its way any more.
bool IsThrough(const Road& road) {
  if (!road.has_case || road.deliveries.empty()) return false;
  for (const auto& delivery : road.deliveries) {
    if (!IsSettled(delivery)) return false;
  }
  return true;
}

grpc::Status ReadReports(Session& session, const Overview& wanted, std::vector<Road>& roads) {
  intake::v1::ListReportsRequest list;
  list.set_page_size(wanted.limit);
  intake::v1::ListReportsResponse listed;
  std::vector<std::string> names = wanted.reports;
  if (names.empty()) {
    const auto status = session.intake().ListReports(session.Call().get(), list, &listed);
    if (!status.ok()) return status;
    for (const auto& report : listed.reports()) roads.push_back({report, false, {}, {}});
    return status;
  }
  intake::v1::BatchGetReportsRequest get;
  for (const auto& name : names) get.add_names(name);
  while (get.names_size() > 0) {
    intake::v1::BatchGetReportsResponse got;
    const auto status = session.intake().BatchGetReports(session.Call().get(), get, &got);
    if (!status.ok()) return status;
    for (const auto& report : got.reports()) roads.push_back({report, false, {}, {}});
    get.Clear();
    for (const auto& name : got.remaining()) get.add_names(name);
  }
  return grpc::Status::OK;
}

// Goes as far along the road as the report has come.
grpc::Status Follow(Session& session, Road& road) {
  triage::v1::GetCaseRequest get;
  get.set_name(road.report.name());
  auto status = session.triage().GetCase(session.Call().get(), get, &road.opened);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) return grpc::Status::OK;
  if (!status.ok()) return status;
  road.has_case = true;
  note::ListDeliveriesRequest list;
  list.set_case_name(road.opened.name());
  list.set_page_size(1000);
  note::ListDeliveriesResponse listed;
  status = session.notification().ListDeliveries(session.Call().get(), list, &listed);
  road.deliveries.assign(listed.deliveries().begin(), listed.deliveries().end());
  return status;
}

// "2 in 0.120 s" from the report's acceptance to the last receiver's; or how far they are.
std::string ChannelText(const Road& road, DeliveryChannel channel) {
  int sent = 0;
  int dead = 0;
  int suppressed = 0;
  int open = 0;
  absl::Time last = absl::InfinitePast();
  for (const auto& delivery : road.deliveries) {
    if (delivery.channel() != channel) continue;
    if (delivery.state() == mamori::v1::DELIVERY_STATE_SENT) {
      ++sent;
      last = std::max(last, ToTime(delivery.sent_time()));
    } else if (delivery.state() == mamori::v1::DELIVERY_STATE_SUPPRESSED) {
      ++suppressed;
    } else {
      ++(IsSettled(delivery) ? dead : open);
    }
  }
  std::vector<std::string> parts;
  if (sent > 0) {
    parts.push_back(
        absl::StrCat(sent, " in ", DurationText(last - ToTime(road.report.create_time()))));
  }
  if (open > 0) parts.push_back(absl::StrCat(open, " on the way"));
  if (suppressed > 0) parts.push_back(absl::StrCat(suppressed, " not told"));
  if (dead > 0) parts.push_back(absl::StrCat(dead, " FAILED"));
  return absl::StrJoin(parts, ", ");
}

std::string TableOf(const std::vector<Road>& roads) {
  Table table({"REPORT", "KIND", "LANG", "CASE", "SEVERITY", "CATEGORIES", "MAIL", "WEBHOOK"});
  for (const auto& road : roads) {
    const std::string categories = absl::StrJoin(road.opened.categories(), ", ");
    table.AddRow({road.report.name(), EnumText(road.report.kind()), road.report.language(),
                  road.opened.name(), EnumText(road.opened.severity()),
                  road.has_case && categories.empty() ? "no rule matched" : categories,
                  ChannelText(road, mamori::v1::DELIVERY_CHANNEL_MAIL),
                  ChannelText(road, mamori::v1::DELIVERY_CHANNEL_WEBHOOK)});
  }
  return table.Text();
}

// One line per report: {"report": …, "case": …, "deliveries": […]}.
std::string JsonOf(const std::vector<Road>& roads) {
  const auto inner = [](const google::protobuf::Message& message) {
    std::string json = Json(message, /*one_line=*/true);
    json.pop_back();
    return json;
  };
  std::string lines;
  for (const auto& road : roads) {
    std::vector<std::string> deliveries;
    for (const auto& delivery : road.deliveries) deliveries.push_back(inner(delivery));
    absl::StrAppend(&lines, "{\"report\":", inner(road.report),
                    ",\"case\":", road.has_case ? inner(road.opened) : "null", ",\"deliveries\":[",
                    absl::StrJoin(deliveries, ","), "]}\n");
  }
  return lines;
}

int Run(Session& session, const Overview& wanted) {
  std::vector<Road> roads;
  if (const auto status = ReadReports(session, wanted, roads); !status.ok()) {
    return session.Fail(status);
  }
  const absl::Duration end = session.clock().Monotonic() + absl::Seconds(wanted.wait_seconds);
  bool all = false;
  for (;;) {
    all = true;
    for (Road& road : roads) {
      if (IsThrough(road)) continue;
      if (const auto status = Follow(session, road); !status.ok()) return session.Fail(status);
      all = all && IsThrough(road);
    }
    if (all || session.clock().Monotonic() >= end) break;
    session.sleeper().Sleep(absl::Milliseconds(100));
  }
  session.out() << (session.json() ? JsonOf(roads) : TableOf(roads)) << std::flush;
  return all || wanted.wait_seconds == 0 ? kOk : kNotYet;
}

}  // namespace

void AddOverviewCommand(CLI::App& app, Choice& choice) {
  auto* command = app.add_subcommand(
      "overview", "The road of reports: case, categories, severity, deliveries and times");
  auto wanted = std::make_shared<Overview>();
  command->add_option("reports", wanted->reports, "reports/…; the newest when left out");
  command->add_option("--limit", wanted->limit, "So many of the newest")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command
      ->add_option("--wait", wanted->wait_seconds,
                   "Wait up to so many seconds until all have a case and nothing is on its way")
      ->check(CLI::Range(0.0, 86400.0));
  command->footer(
      "Times count from the report's acceptance to the last receiver's. Exit code 3 when --wait\n"
      "ended too early.\n"
      "Example:\n  mamorictl overview --wait 30");
  command->callback(
      [=, &choice] { choice.run = [=](Session& session) { return Run(session, *wanted); }; });
}

}  // namespace mamori::ctl
