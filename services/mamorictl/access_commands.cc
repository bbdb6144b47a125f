// access: who may see a case. For first readers and administrators.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

using mamori::v1::CaseAccess;
using triage::v1::TriageService;

template <typename Request>
using AccessMethod = grpc::Status (TriageService::Stub::*)(grpc::ClientContext*, const Request&,
                                                           CaseAccess*);

std::string AccessText(const CaseAccess& access) {
  Table table({"CASE", access.case_name()});
  table.AddRow({"etag", access.etag()});
  if (access.consulting()) table.AddRow({"seen by", "the consultation desk alone"});
  for (const auto& slot : access.slots()) {
    table.AddRow({slot.closed() ? "matched" : "to match", slot.name()});
    for (const auto& match : slot.matches()) {
      table.AddRow({"  means", absl::StrCat(match.person(), " of ", match.department(), " under ",
                                            absl::StrJoin(match.superiors(), ", "))});
    }
  }
  for (const auto& member : access.members()) {
    table.AddRow({member.outside_reader() ? "outside reader" : "member", member.person()});
  }
  for (const auto& one : access.exclusions()) {
    table.AddRow({"kept out", absl::StrCat(one.person(), " (", EnumText(one.cause()), ")")});
  }
  for (const auto& one : access.excluded_departments()) table.AddRow({"department out", one});
  return table.Text();
}

// Adds the verb; its own flags are put on the returned command and fill the returned request.
template <typename Request>
std::pair<CLI::App*, std::shared_ptr<Request>> AddAccessVerb(CLI::App& group, Choice& choice,
                                                             const char* verb, const char* help,
                                                             AccessMethod<Request> method) {
  auto* command = group.add_subcommand(verb, help);
  auto request = std::make_shared<Request>();
  command
      ->add_option_function<std::string>(
          "name", [=](const std::string& t) { request->set_name(t); }, "cases/…")
      ->required();
  command->add_option_function<std::string>(
      "--etag", [=](const std::string& t) { request->set_etag(t); },
      "Exit code 20 when the access has changed since this etag");
  command->add_option_function<std::string>(
      "--request-id", [=](const std::string& t) { request->set_request_id(t); },
      "Made when left out");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      CaseAccess after;
      const auto status = (session.triage().*method)(session.Call().get(), *request, &after);
      return status.ok() ? session.Show(after, AccessText(after)) : session.Fail(status);
    };
  });
  return {command, request};
}

template <typename Request>
void AddPersonVerb(CLI::App& group, Choice& choice, const char* verb, const char* help,
                   AccessMethod<Request> method) {
  auto [command, request] = AddAccessVerb<Request>(group, choice, verb, help, method);
  auto target = request;
  command
      ->template add_option_function<std::string>(
          "person", [target](const std::string& t) { target->set_person(t); },
          "The person's subject")
      ->required();
}

void AddMatch(CLI::App& group, Choice& choice) {
  auto [command, request] = AddAccessVerb<triage::v1::MatchActorRequest>(
      group, choice, "match", "Record whom a report means, or that it is none of our people",
      &TriageService::Stub::MatchActor);
  auto target = request;
  command
      ->add_option_function<std::string>(
          "slot", [target](const std::string& t) { target->set_slot(t); }, "As `show` names it")
      ->required();
  command->add_option_function<std::string>(
      "--person", [target](const std::string& t) { target->mutable_match()->set_person(t); },
      "Who is meant; left out for none of our people");
  command
      ->add_option_function<std::vector<std::string>>(
          "--superior",
          [target](const std::vector<std::string>& superiors) {
            for (const auto& one : superiors) target->mutable_match()->add_superiors(one);
          },
          "A superior of the person; may be repeated")
      ->allow_extra_args(false);
  command->add_flag_function(
      "--superiors-known",
      [target](int64_t) { target->mutable_match()->set_superiors_known(true); },
      "Those named are all, and may be none");
  command->add_option_function<std::string>(
      "--department",
      [target](const std::string& t) { target->mutable_match()->set_department(t); },
      "The person's department");
  command->add_flag_function(
      "--closed", [target](int64_t) { target->set_closed(true); }, "Nobody else is meant");
  command->footer(
      "Example:\n  mamorictl access match cases/… reports/…/actors/0 --person hr/tanaka"
      " --superior hr/mori \\\n    --superiors-known --department sales --closed");
}

}  // namespace

void AddAccessCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("access", "Who may see a case");
  group->require_subcommand(1);
  auto* show = group->add_subcommand("show", "Members, people kept out, people to match");
  auto get = std::make_shared<triage::v1::GetAccessRequest>();
  show->add_option_function<std::string>(
          "name", [=](const std::string& t) { get->set_name(t); }, "cases/…")
      ->required();
  show->callback([=, &choice] {
    choice.run = [=](Session& session) {
      CaseAccess access;
      const auto status = session.triage().GetAccess(session.Call().get(), *get, &access);
      return status.ok() ? session.Show(access, AccessText(access)) : session.Fail(status);
    };
  });
  using Stub = TriageService::Stub;
  namespace api = triage::v1;
  AddPersonVerb<api::ExcludePersonRequest>(*group, choice, "exclude", "Keep a person out",
                                           &Stub::ExcludePerson);
  AddPersonVerb<api::AddMemberRequest>(*group, choice, "add", "Let a person in by name",
                                       &Stub::AddMember);
  AddPersonVerb<api::RemoveMemberRequest>(*group, choice, "remove", "End a membership by name",
                                          &Stub::RemoveMember);
  AddMatch(*group, choice);
}

}  // namespace mamori::ctl
