// actor: who stands in which cases.
#include <memory>

#include "absl/strings/str_cat.h"
#include "mamori/triage/v1/actor_service.grpc.pb.h"
#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

namespace api = triage::v1;

std::unique_ptr<api::ActorService::Stub> Actors(const Session& session) {
  return api::ActorService::NewStub(session.Channel(session.settings().triage));
}

int ListActors(Session& session, const api::ListActorsRequest& request, const Paging& paging) {
  api::ListActorsResponse all;
  const auto status = ListPages(
      paging, request, all,
      [&](const api::ListActorsRequest& page_request, api::ListActorsResponse* page) {
        return Actors(session)->ListActors(session.Call().get(), page_request, page);
      },
      [](api::ListActorsResponse& response) { return response.mutable_actors(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"ACTOR", "KIND", "REPORT", "NUMBER", "JOINED"});
  for (const auto& one : all.actors()) {
    std::string joins;
    for (const auto& join : one.joins())
      absl::StrAppend(&joins, joins.empty() ? "" : " ", join.name());
    table.AddRow(
        {one.actor(), EnumText(one.kind()), one.report(), absl::StrCat(one.index()), joins});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

int ListCandidates(Session& session, const api::ListActorCandidatesRequest& request,
                   const Paging& paging) {
  api::ListActorCandidatesResponse all;
  const auto status = ListPages(
      paging, request, all,
      [&](const api::ListActorCandidatesRequest& page_request,
          api::ListActorCandidatesResponse* page) {
        return Actors(session)->ListActorCandidates(session.Call().get(), page_request, page);
      },
      [](api::ListActorCandidatesResponse& response) { return response.mutable_candidates(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"CASE", "REASON", "REPORT", "ACTOR", "SINCE"});
  for (const auto& one : all.candidates()) {
    table.AddRow({one.case_name(), one.reason_en(), one.report(), one.other_actor(),
                  TimeText(one.has_create_time(), one.create_time())});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

int ListUnseenLinks(Session& session, const Paging& paging) {
  api::ListUnseenLinksResponse all;
  const auto status = ListPages(
      paging, api::ListUnseenLinksRequest(), all,
      [&](const api::ListUnseenLinksRequest& page_request, api::ListUnseenLinksResponse* page) {
        return Actors(session)->ListUnseenLinks(session.Call().get(), page_request, page);
      },
      [](api::ListUnseenLinksResponse& response) { return response.mutable_links(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"CASE", "OTHER CASE", "KIND", "ACTOR", "SINCE"});
  for (const auto& one : all.links()) {
    table.AddRow({one.case_name(), one.other_case(), EnumText(one.kind()), one.actor(),
                  TimeText(one.has_create_time(), one.create_time())});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

std::string JoinText(const api::ActorJoin& join) {
  Table table({"JOIN", join.name()});
  table.AddRow({"actor", absl::StrCat(join.actor(), " of ", join.report())});
  table.AddRow({"is", absl::StrCat(join.other_actor(), " of ", join.other_report())});
  table.AddRow({"says", absl::StrCat(join.author(), " at ", TimeText(true, join.create_time()))});
  if (join.has_split_time()) {
    table.AddRow(
        {"undone by", absl::StrCat(join.split_by(), " at ", TimeText(true, join.split_time()))});
  }
  return table.Text();
}

// Adds what both verbs have, and runs `method` with the request.
template <typename Request, typename Method>
CLI::App* AddJoinVerb(CLI::App& group, Choice& choice, const char* verb, const char* help,
                      const std::shared_ptr<Request>& request, Method method) {
  using Text = const std::string&;
  auto* command = group.add_subcommand(verb, help);
  command
      ->add_option_function<std::string>(
          "name", [=](Text t) { request->set_name(t); }, "cases/…")
      ->required();
  command
      ->add_option_function<std::string>(
          "--reason", [=](Text t) { request->set_reason(t); }, "Why; kept as a note")
      ->required();
  command->add_option_function<std::string>(
      "--etag", [=](Text t) { request->set_etag(t); },
      "Exit code 20 when the case has changed since this etag");
  command->add_option_function<std::string>(
      "--request-id", [=](Text t) { request->set_request_id(t); }, "Made when left out");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      api::ActorJoin join;
      const auto status = (*Actors(session).*method)(session.Call().get(), *request, &join);
      return status.ok() ? session.Show(join, JoinText(join)) : session.Fail(status);
    };
  });
  return command;
}

template <typename Request, typename List>
void AddActorList(CLI::App& group, Choice& choice, const char* verb, const char* help, List list) {
  auto* command = group.add_subcommand(verb, help);
  auto request = std::make_shared<Request>();
  command
      ->add_option_function<std::string>(
          "name", [=](const std::string& t) { request->set_name(t); }, "cases/…")
      ->required();
  auto paging = AddPagingFlags(*command);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) { return list(session, *request, *paging); };
  });
}

}  // namespace

void AddActorCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("actor", "Who is said to have acted, in which cases");
  group->require_subcommand(1);
  AddActorList<api::ListActorsRequest>(*group, choice, "list", "Whom a case's reports tell of",
                                       ListActors);
  AddActorList<api::ListActorCandidatesRequest>(*group, choice, "candidates",
                                                "Other cases in which they stand, with the reason",
                                                ListCandidates);
  using Text = const std::string&;
  using Stub = api::ActorService::Stub;
  auto join = std::make_shared<api::JoinActorsRequest>();
  auto* joining = AddJoinVerb(
      *group, choice, "join", "Record that two actors are one", join,
      static_cast<grpc::Status (Stub::*)(grpc::ClientContext*, const api::JoinActorsRequest&,
                                         api::ActorJoin*)>(&Stub::JoinActors));
  joining
      ->add_option_function<std::string>(
          "actor", [=](Text t) { join->set_actor(t); }, "actors/… of the case")
      ->required();
  joining
      ->add_option_function<std::string>(
          "other-case", [=](Text t) { join->set_other_case(t); }, "The other cases/…")
      ->required();
  joining
      ->add_option_function<std::string>(
          "other-actor", [=](Text t) { join->set_other_actor(t); }, "actors/… of that one")
      ->required();
  auto split = std::make_shared<api::SplitActorsRequest>();
  auto* splitting = AddJoinVerb(
      *group, choice, "split", "Undo a join", split,
      static_cast<grpc::Status (Stub::*)(grpc::ClientContext*, const api::SplitActorsRequest&,
                                         api::ActorJoin*)>(&Stub::SplitActors));
  splitting
      ->add_option_function<std::string>(
          "join", [=](Text t) { split->set_join(t); }, "joins/…")
      ->required();
  auto* unseen = group->add_subcommand(
      "unseen", "For first readers: cases that are linked unseen by those who work on them");
  auto paging = AddPagingFlags(*unseen);
  unseen->callback([=, &choice] {
    choice.run = [=](Session& session) { return ListUnseenLinks(session, *paging); };
  });
}

}  // namespace mamori::ctl
