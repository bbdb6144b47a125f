// search: words in what people reported, and in what was written into cases.
#include <memory>
#include <string>

#include "mamori/intake/v1/search_service.grpc.pb.h"
#include "mamori/triage/v1/search_service.grpc.pb.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

struct SearchJob {
  std::string query;
  Paging paging;
};

// Of either service: what matches is alike.
template <typename Service, typename Request, typename Response>
int Search(Session& session, const std::string& target, const SearchJob& job,
           grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*)) {
  const auto stub = Service::NewStub(session.Channel(target));
  Request request;
  request.set_query(job.query);
  Response all;
  const auto status = ListPages(
      job.paging, request, all,
      [&](const Request& page_request, Response* page) {
        return ((*stub).*method)(session.Call().get(), page_request, page);
      },
      [](auto& response) { return response.mutable_matches(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"NAME", "WHERE", "WHAT"});
  for (const auto& match : all.matches()) {
    table.AddRow({match.name(), match.source(), match.excerpt()});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

int SearchCases(Session& session, const SearchJob& job) {
  return Search<triage::v1::SearchService>(session, session.settings().triage, job,
                                           &triage::v1::SearchService::Stub::SearchCases);
}

int SearchReports(Session& session, const SearchJob& job) {
  return Search<intake::v1::SearchService>(session, session.settings().intake, job,
                                           &intake::v1::SearchService::Stub::SearchReports);
}

void AddSearch(CLI::App& group, Choice& choice, const char* name, const char* help,
               int (*search)(Session&, const SearchJob&)) {
  auto* command = group.add_subcommand(name, help);
  auto query = std::make_shared<std::string>();
  command->add_option("query", *query, "Words; all of them stand in one text")->required();
  auto paging = AddPagingFlags(*command);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) { return search(session, {*query, *paging}); };
  });
}

}  // namespace

void AddSearchCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("search", "Words in what you may read");
  group->require_subcommand(1);
  group->footer(
      "Opens what you may read and looks through it: nothing about texts is stored. Each text that "
      "is\nopened for it is recorded as read.\n"
      "Example:\n  mamorictl search reports '返金 SNS'");
  AddSearch(*group, choice, "cases", "In notes and the work on cases", SearchCases);
  AddSearch(*group, choice, "reports", "In reports and their supplements", SearchReports);
}

}  // namespace mamori::ctl
