// case hearing, case disclosure, case leak; handler; identity: what the law owes the people of a
// case.
#include <memory>

#include "absl/strings/str_cat.h"
#include "mamori/intake/v1/identity_service.grpc.pb.h"
#include "mamori/triage/v1/designated_handler_service.grpc.pb.h"
#include "mamori/triage/v1/disclosure_service.grpc.pb.h"
#include "mamori/triage/v1/hearing_service.grpc.pb.h"
#include "mamori/triage/v1/leak_incident_service.grpc.pb.h"
#include "services/mamorictl/message_flags.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

constexpr char kCaseName[] = "cases/…";
using Text = const std::string&;

CLI::App& AddGroup(CLI::App& parent, const char* name, const char* help) {
  auto* group = parent.add_subcommand(name, help);
  group->require_subcommand(1);
  return *group;
}

void AddHearing(CLI::App& cases, Choice& choice) {
  using Stub = triage::v1::HearingService::Stub;
  constexpr char kHearing[] = "cases/…/hearings/…";
  auto& group = AddGroup(cases, "hearing", "How whoever is said to have acted is heard");
  const auto stub = &Session::hearings;
  AddMessageVerb(group, choice, "notify", "Record what the person was told", kCaseName, stub,
                 &Stub::NotifyAccused,
                 {"person", "text", "notify_time", "answer_due_time", "evidence_secured"});
  AddMessageVerb(group, choice, "answer", "Record what the person answered", kHearing, stub,
                 &Stub::RecordAccusedStatement, {"text", "language", "taker", "take_time"});
  AddMessageVerb(group, choice, "object", "Record what the person objects to", kHearing, stub,
                 &Stub::RecordObjection, {"text", "language", "taker", "take_time"});
  AddMessageVerb(group, choice, "decide", "Decide on the last objection", kHearing, stub,
                 &Stub::DecideObjection, {"upheld", "decision"});
  AddMessageVerb(group, choice, "waive", "Record why the person is not heard", kCaseName, stub,
                 &Stub::WaiveHearing, {"person", "reason"});
  AddMessageVerb(group, choice, "list", "List a case's hearings", kCaseName, stub,
                 &Stub::ListHearings, {});
}

void AddDisclosure(CLI::App& cases, Choice& choice) {
  using Stub = triage::v1::DisclosureService::Stub;
  constexpr char kDisclosure[] = "cases/…/disclosures/…";
  auto& group = AddGroup(cases, "disclosure", "What a data subject asks to be told");
  const auto stub = &Session::disclosures;
  AddMessageVerb(group, choice, "receive", "Record a request", kCaseName, stub,
                 &Stub::ReceiveDisclosureRequest,
                 {"person", "requester", "requester_name", "text", "receive_time"});
  AddMessageVerb(group, choice, "identify", "Record how it was checked who asks", kDisclosure, stub,
                 &Stub::CheckRequesterIdentity, {"confirmed", "identity_check"});
  AddMessageVerb(group, choice, "decide", "Decide what is disclosed and what is redacted",
                 kDisclosure, stub, &Stub::DecideDisclosure, {"outcome", "parts", "decision"});
  AddMessageVerb(group, choice, "answer", "Record how it was answered", kDisclosure, stub,
                 &Stub::AnswerDisclosure, {"answer", "answer_time"});
  AddMessageVerb(group, choice, "list", "List a case's requests", kCaseName, stub,
                 &Stub::ListDisclosures, {});
}

void AddLeak(CLI::App& cases, Choice& choice) {
  using Stub = triage::v1::LeakIncidentService::Stub;
  auto& group = AddGroup(cases, "leak", "That something of a case leaked");
  const auto stub = &Session::leaks;
  AddMessageVerb(group, choice, "open", "Open an incident: who could have read it, and who did",
                 kCaseName, stub, &Stub::OpenLeakIncident,
                 {"report", "text", "from_time", "to_time", "know_time", "wrongful_purpose"});
  AddMessageVerb(group, choice, "step", "Record what was done", "cases/…/leaks/…", stub,
                 &Stub::RecordLeakStep, {"kind", "text", "step_time"});
  AddMessageVerb(group, choice, "list", "List a case's incidents", kCaseName, stub,
                 &Stub::ListLeakIncidents, {});
}

void AddDesignate(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("designate", "Designate a person, who then has to accept");
  auto request = std::make_shared<triage::v1::DesignateHandlerRequest>();
  command
      ->add_option_function<std::string>(
          "person", [=](Text t) { request->set_person(t); }, "issuer/subject")
      ->required();
  AddMessageFlags(*command, *request, {"request_id"});
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      triage::v1::DesignatedHandler handler;
      const auto status =
          session.handlers().DesignateHandler(session.Call().get(), *request, &handler);
      return status.ok() ? session.Show(handler, MessageText(handler)) : session.Fail(status);
    };
  });
}

int ListHandlers(Session& session, const triage::v1::ListDesignatedHandlersRequest& request,
                 const Paging& paging) {
  triage::v1::ListDesignatedHandlersResponse all;
  const auto status = ListPages(
      paging, request, all,
      [&](const auto& page_request, auto* page) {
        return session.handlers().ListDesignatedHandlers(session.Call().get(), page_request, page);
      },
      [](auto& response) { return response.mutable_handlers(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"HANDLER", "PERSON", "STATE", "DUTIES"});
  for (const auto& one : all.handlers()) {
    table.AddRow({one.name(), one.person(), EnumText(one.state()), one.duty_version()});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

void AddListHandlers(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("list", "Who is designated, by person");
  auto request = std::make_shared<triage::v1::ListDesignatedHandlersRequest>();
  const auto paging = AddPagingFlags(*command);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) { return ListHandlers(session, *request, *paging); };
  });
}

void AddHandler(CLI::App& app, Choice& choice) {
  using Stub = triage::v1::DesignatedHandlerService::Stub;
  constexpr char kHandler[] = "handlers/…";
  auto& group = AddGroup(app, "handler",
                         "Who may have cases of public-interest whistleblowing, and accepted it");
  const auto stub = &Session::handlers;
  AddDesignate(group, choice);
  AddMessageVerb(group, choice, "accept", "Accept the duties oneself", kHandler, stub,
                 &Stub::AcceptDesignation, {"duty_version"});
  AddMessageVerb(group, choice, "withdraw", "End a designation, or decline it", kHandler, stub,
                 &Stub::WithdrawDesignation, {"cause"});
  AddMessageVerb(group, choice, "show", "One designation with all that happened", kHandler, stub,
                 &Stub::GetDesignatedHandler, {});
  AddListHandlers(group, choice);
}

void AddIdentity(CLI::App& app, Choice& choice) {
  auto& group = AddGroup(app, "identity", "The sealed identity of a confidential reporter");
  auto* command = group.add_subcommand(
      "read", "Read it once, by an act that two persons have approved (act request-identity)");
  auto request = std::make_shared<intake::v1::UnsealIdentityRequest>();
  command
      ->add_option_function<std::string>(
          "report", [=](Text t) { request->set_report(t); }, "reports/…")
      ->required();
  command
      ->add_option_function<std::string>(
          "act", [=](Text t) { request->set_act(t); }, "acts/… that both have approved")
      ->required();
  AddMessageFlags(*command, *request, {"request_id"});
  command->footer("With the same --request-id it is the same reading, for an hour.");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      intake::v1::UnsealedIdentity identity;
      const auto stub =
          intake::v1::IdentityService::NewStub(session.Channel(session.settings().intake));
      const auto status = stub->UnsealIdentity(session.Call().get(), *request, &identity);
      return status.ok() ? session.Show(identity, MessageText(identity)) : session.Fail(status);
    };
  });
}

}  // namespace

void AddCasePeopleCommands(CLI::App& cases, Choice& choice) {
  AddHearing(cases, choice);
  AddDisclosure(cases, choice);
  AddLeak(cases, choice);
}

void AddPeopleCommands(CLI::App& app, Choice& choice) {
  AddHandler(app, choice);
  AddIdentity(app, choice);
}

}  // namespace mamori::ctl
