// subject-request, breach: what belongs to the tenant and no single case.
#include <memory>

#include "mamori/triage/v1/breach_service.grpc.pb.h"
#include "mamori/triage/v1/subject_request_service.grpc.pb.h"
#include "services/mamorictl/message_flags.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

// A verb that makes something, which has no name yet.
template <typename Stub, typename Request, typename Response>
void AddMaking(CLI::App& group, Choice& choice, const char* verb, const char* help,
               Stub& (Session::*stub)(),
               grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
               std::vector<std::string> fields) {
  auto* command = group.add_subcommand(verb, help);
  auto request = std::make_shared<Request>();
  fields.push_back("request_id");
  AddMessageFlags(*command, *request, fields);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      Response response;
      const auto status = ((session.*stub)().*method)(session.Call().get(), *request, &response);
      return status.ok() ? session.Show(response, MessageText(response)) : session.Fail(status);
    };
  });
}

// The list of the group, as fields.
template <typename Stub, typename Request, typename Response, typename Items>
void AddMessageList(CLI::App& group, Choice& choice, const char* help, Stub& (Session::*stub)(),
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Items items) {
  auto* command = group.add_subcommand("list", help);
  const auto paging = AddPagingFlags(*command);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      Response all;
      const auto status = ListPages(
          *paging, Request(), all,
          [&](const Request& request, Response* page) {
            return ((session.*stub)().*method)(session.Call().get(), request, page);
          },
          items);
      return status.ok() ? session.Show(all, MessageText(all)) : session.Fail(status);
    };
  });
}

CLI::App& AddTenantGroup(CLI::App& app, const char* name, const char* help) {
  auto* group = app.add_subcommand(name, help);
  group->require_subcommand(1);
  return *group;
}

void AddSubjectRequests(CLI::App& app, Choice& choice) {
  using Stub = triage::v1::SubjectRequestService::Stub;
  constexpr char kName[] = "subjectRequests/…";
  auto& group = AddTenantGroup(app, "subject-request",
                               "What a person asks to be told of all that is held of them");
  const auto stub = &Session::subject_requests;
  AddMaking(group, choice, "receive", "Record a request", stub, &Stub::ReceiveSubjectRequest,
            {"person", "names", "requester", "requester_name", "text", "receive_time"});
  AddMessageVerb(group, choice, "identify", "Record how it was checked who asks", kName, stub,
                 &Stub::CheckSubjectRequester, {"confirmed", "identity_check"});
  AddMessageVerb(group, choice, "gather",
                 "Look for the person in cases; go on with the page token of the answer", kName,
                 stub, &Stub::GatherSubjectRequest, {"page_token"});
  AddMessageVerb(group, choice, "show", "One request with what was found", kName, stub,
                 &Stub::GetSubjectRequest, {});
  AddMessageVerb(group, choice, "compose",
                 "Put together what is to be told, without what is redacted", kName, stub,
                 &Stub::ComposeSubjectAnswer, {});
  AddMessageVerb(group, choice, "answer", "Record that it was answered, in all cases", kName, stub,
                 &Stub::AnswerSubjectRequest, {"answer", "answer_time"});
  AddMessageList(group, choice, "The requests, newest first", stub, &Stub::ListSubjectRequests,
                 [](auto& response) { return response.mutable_subject_requests(); });
}

void AddBreaches(CLI::App& app, Choice& choice) {
  using Stub = triage::v1::BreachService::Stub;
  constexpr char kName[] = "breaches/…";
  auto& group = AddTenantGroup(app, "breach", "That something of several cases leaked");
  const auto stub = &Session::breaches;
  AddMaking(group, choice, "open", "Open one: of these cases, or of all that the person has read",
            stub, &Stub::OpenBreach,
            {"person", "cases", "text", "from_time", "to_time", "know_time", "wrongful_purpose"});
  AddMessageVerb(group, choice, "step", "Record what was done, in all its cases", kName, stub,
                 &Stub::RecordBreachStep, {"kind", "text", "step_time"});
  AddMessageVerb(group, choice, "show", "Who could have read what, and who did", kName, stub,
                 &Stub::GetBreach, {});
  AddMessageList(group, choice, "The breaches, newest first", stub, &Stub::ListBreaches,
                 [](auto& response) { return response.mutable_breaches(); });
}

}  // namespace

void AddTenantCommands(CLI::App& app, Choice& choice) {
  AddSubjectRequests(app, choice);
  AddBreaches(app, choice);
}

}  // namespace mamori::ctl
