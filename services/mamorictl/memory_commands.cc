// signal: what the contact log tells. similar: reports that tell the same.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mamori/triage/v1/contact_signal_service.grpc.pb.h"
#include "mamori/triage/v1/similarity_service.grpc.pb.h"
#include "services/mamorictl/case_text.h"
#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

namespace api = triage::v1;

std::unique_ptr<api::ContactSignalService::Stub> Signals(const Session& session) {
  return api::ContactSignalService::NewStub(session.Channel(session.settings().triage));
}

template <typename Items>
std::string SignalsText(const Items& signals) {
  Table table({"SIGNAL", "STATE", "WHAT", "COUNT", "UNTIL", "ACTOR", "CASE"});
  for (const api::ContactSignal& one : signals) {
    table.AddRow({one.name(), EnumText(one.state()), one.reason_en(),
                  absl::StrCat(one.value(), " of ", one.at_least()),
                  TimeText(one.has_window_end_time(), one.window_end_time()), one.actor(),
                  one.case_name()});
  }
  return table.Text();
}

// A list whose pages `method` reads; `items` is the field of the answer.
template <typename Request, typename Response, typename Method, typename Items>
int ListSignals(Session& session, const Request& request, const Paging& paging, Method method,
                Items items) {
  Response all;
  const auto stub = Signals(session);
  const auto status = ListPages(
      paging, request, all,
      [&](const Request& page_request, Response* page) {
        return ((*stub).*method)(session.Call().get(), page_request, page);
      },
      items);
  if (!status.ok()) return session.Fail(status);
  return session.Show(all, SignalsText(*items(all)) + MoreText(all.next_page_token()));
}

template <typename Request, typename Response>
using SignalMethod = grpc::Status (api::ContactSignalService::Stub::*)(grpc::ClientContext*,
                                                                       const Request&, Response*);

void AddSignalLists(CLI::App& group, Choice& choice) {
  auto* list = group.add_subcommand("list", "The signals of a case, newest first");
  auto of_case = std::make_shared<api::ListContactSignalsRequest>();
  list->add_option_function<std::string>(
          "name", [=](const std::string& t) { of_case->set_name(t); }, "cases/…")
      ->required();
  auto list_paging = AddPagingFlags(*list);
  list->callback([=, &choice] {
    choice.run = [=](Session& session) {
      return ListSignals<api::ListContactSignalsRequest, api::ListContactSignalsResponse>(
          session, *of_case, *list_paging,
          SignalMethod<api::ListContactSignalsRequest, api::ListContactSignalsResponse>(
              &api::ContactSignalService::Stub::ListContactSignals),
          [](api::ListContactSignalsResponse& response) { return response.mutable_signals(); });
    };
  });
  auto* proposals =
      group.add_subcommand("proposals", "Cases that the contact log proposes, newest first");
  auto proposed = std::make_shared<api::ListCaseProposalsRequest>();
  AddEnumFlag<api::ContactSignalState>(
      *proposals, "--state", "PROPOSED when left out",
      [=](api::ContactSignalState state) { proposed->set_state(state); });
  auto proposal_paging = AddPagingFlags(*proposals);
  proposals->callback([=, &choice] {
    choice.run = [=](Session& session) {
      return ListSignals<api::ListCaseProposalsRequest, api::ListCaseProposalsResponse>(
          session, *proposed, *proposal_paging,
          SignalMethod<api::ListCaseProposalsRequest, api::ListCaseProposalsResponse>(
              &api::ContactSignalService::Stub::ListCaseProposals),
          [](api::ListCaseProposalsResponse& response) { return response.mutable_proposals(); });
    };
  });
  auto* unseen = group.add_subcommand(
      "unseen", "For first readers: crossings that the desk may not be told of");
  auto unseen_paging = AddPagingFlags(*unseen);
  unseen->callback([=, &choice] {
    choice.run = [=](Session& session) {
      return ListSignals<api::ListUnseenSignalsRequest, api::ListUnseenSignalsResponse>(
          session, {}, *unseen_paging,
          SignalMethod<api::ListUnseenSignalsRequest, api::ListUnseenSignalsResponse>(
              &api::ContactSignalService::Stub::ListUnseenSignals),
          [](api::ListUnseenSignalsResponse& response) { return response.mutable_signals(); });
    };
  });
}

template <typename Request>
CLI::App* AddDecision(CLI::App& group, const char* verb, const char* help,
                      const std::shared_ptr<Request>& request) {
  auto* command = group.add_subcommand(verb, help);
  command
      ->add_option_function<std::string>(
          "name", [=](const std::string& t) { request->set_name(t); }, "signals/…")
      ->required();
  command->add_option_function<std::string>(
      "--request-id", [=](const std::string& t) { request->set_request_id(t); },
      "Made when left out");
  return command;
}

void AddDecisions(CLI::App& group, Choice& choice) {
  auto accept = std::make_shared<api::AcceptCaseProposalRequest>();
  AddDecision(group, "accept", "Open the case that is proposed", accept)->callback([=, &choice] {
    choice.run = [=](Session& session) {
      accept->set_request_id(session.RequestId(accept->request_id()));
      mamori::v1::Case opened;
      const auto status =
          Signals(session)->AcceptCaseProposal(session.Call().get(), *accept, &opened);
      return status.ok() ? session.Show(opened, CaseText(opened)) : session.Fail(status);
    };
  });
  auto dismiss = std::make_shared<api::DismissCaseProposalRequest>();
  auto* dismissing = AddDecision(group, "dismiss", "Record that no case is wanted", dismiss);
  AddEnumFlag<api::DismissalCause>(*dismissing, "--cause", "Why", [=](api::DismissalCause cause) {
    dismiss->set_cause(cause);
  })->required();
  dismissing->callback([=, &choice] {
    choice.run = [=](Session& session) {
      dismiss->set_request_id(session.RequestId(dismiss->request_id()));
      api::ContactSignal signal;
      const auto status =
          Signals(session)->DismissCaseProposal(session.Call().get(), *dismiss, &signal);
      return status.ok() ? session.Show(signal, SignalsText(std::vector{signal}))
                         : session.Fail(status);
    };
  });
}

int ListSimilar(Session& session, const api::ListSimilarReportsRequest& request) {
  api::ListSimilarReportsResponse response;
  const auto stub = api::SimilarityService::NewStub(session.Channel(session.settings().triage));
  const auto status = stub->ListSimilarReports(session.Call().get(), request, &response);
  if (!status.ok()) return session.Fail(status);
  Table table({"REPORT", "CASE", "WHY", "SAME LETTERS", "SAME WORDS", "SAME ACTOR"});
  for (const auto& one : response.reports()) {
    table.AddRow({one.report(), one.case_name(), one.reason_en(),
                  absl::StrFormat("%.2f", one.containment()), absl::StrFormat("%.2f", one.cosine()),
                  one.same_actor() ? "yes" : ""});
  }
  const char* note = response.not_compared() ? "An anonymous report is compared with none.\n" : "";
  return session.Show(response, table.Text() + note);
}

}  // namespace

void AddMemoryCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand(
      "signal", "What the contact log tells: too often, too long, the same again");
  group->require_subcommand(1);
  AddSignalLists(*group, choice);
  AddDecisions(*group, choice);
  auto* similar = app.add_subcommand("similar", "Reports that tell the same as one");
  auto request = std::make_shared<api::ListSimilarReportsRequest>();
  similar
      ->add_option_function<std::string>(
          "name", [=](const std::string& t) { request->set_name(t); }, "reports/…")
      ->required();
  similar->callback([=, &choice] {
    choice.run = [=](Session& session) { return ListSimilar(session, *request); };
  });
}

}  // namespace mamori::ctl
