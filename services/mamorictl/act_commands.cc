// act: what nobody does alone, and what is done by it.
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "mamori/triage/v1/two_person_service.grpc.pb.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

namespace api = triage::v1;
using Text = const std::string&;
using Stub = api::TwoPersonService::Stub;

std::unique_ptr<Stub> Acts(Session& session) {
  return api::TwoPersonService::NewStub(session.Channel(session.settings().triage));
}

std::string ActText(const api::TwoPersonAct& act) {
  Table table({"ACT", act.name()});
  table.AddRow({"kind", EnumText(act.kind())});
  table.AddRow({"about", act.resource()});
  for (const auto& field : act.fields()) table.AddRow({field.name(), field.value()});
  table.AddRow({"reason", act.reason()});
  table.AddRow({"emergency", act.emergency() ? "yes" : "no"});
  table.AddRow({"state", EnumText(act.state())});
  for (const auto& approval : act.approvals()) {
    table.AddRow({"approved by",
                  absl::StrCat(approval.person(), " ", TimeText(true, approval.approve_time()))});
  }
  table.AddRow({"may be done from", TimeText(true, act.not_before_time())});
  table.AddRow({"lapses", TimeText(true, act.expire_time())});
  table.AddRow({"hash", absl::BytesToHexString(act.hash())});
  return table.Text();
}

int ShowAct(Session& session, const grpc::Status& status, const api::TwoPersonAct& act) {
  return status.ok() ? session.Show(act, ActText(act)) : session.Fail(status);
}

template <typename Request>
void AddRequestId(CLI::App& command, std::shared_ptr<Request> request) {
  command.add_option_function<std::string>(
      "--request-id", [=](Text t) { request->set_request_id(t); }, "Made when left out");
}

template <typename Request>
void AddName(CLI::App& command, std::shared_ptr<Request> request, const char* help) {
  command
      .add_option_function<std::string>(
          "name", [=](Text t) { request->set_name(t); }, help)
      ->required();
}

// One subcommand per kind: `set` fills what the kind needs.
CLI::App* AddRequest(CLI::App& group, Choice& choice, const char* verb, const char* help,
                     api::ActKind kind, const char* resource,
                     std::shared_ptr<api::RequestActRequest> request) {
  auto* command = group.add_subcommand(verb, help);
  request->mutable_act()->set_kind(kind);
  command
      ->add_option_function<std::string>(
          "resource", [=](Text t) { request->mutable_act()->set_resource(t); }, resource)
      ->required();
  command
      ->add_option_function<std::string>(
          "--reason", [=](Text t) { request->mutable_act()->set_reason(t); }, "Why")
      ->required();
  AddRequestId(*command, request);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      api::TwoPersonAct act;
      const auto status = Acts(session)->RequestAct(session.Call().get(), *request, &act);
      return ShowAct(session, status, act);
    };
  });
  return command;
}

// The one field that the kind needs.
void AddField(CLI::App& command, const std::shared_ptr<api::RequestActRequest>& request,
              const char* name, const char* help) {
  command
      .add_option_function<std::string>(
          name,
          [=](Text t) {
            auto& field = *request->mutable_act()->add_fields();
            field.set_name(name);
            field.set_value(t);
          },
          help)
      ->required();
}

void AddEmergency(CLI::App& command, const std::shared_ptr<api::RequestActRequest>& request) {
  command.add_flag_function(
      "--emergency", [=](int64_t) { request->mutable_act()->set_emergency(true); },
      "A shorter wait; the auditor is told at once");
}

void AddRequestRemoval(CLI::App& group, Choice& choice) {
  auto request = std::make_shared<api::RequestActRequest>();
  auto* command = AddRequest(group, choice, "request-let-in",
                             "Ask that a person no longer be kept out of a case",
                             api::ACT_KIND_REMOVE_EXCLUSION, "cases/…", request);
  AddField(*command, request, "person", "The person's subject");
  AddEmergency(*command, request);
}

void AddRequestRelease(CLI::App& group, Choice& choice) {
  AddRequest(group, choice, "request-release", "Ask that a legal hold end",
             api::ACT_KIND_RELEASE_HOLD, "holds/…", std::make_shared<api::RequestActRequest>());
}

void AddRequestDisposal(CLI::App& group, Choice& choice) {
  AddRequest(group, choice, "request-disposal", "Ask that a case's content go, after its retention",
             api::ACT_KIND_DISPOSE_CASE, "cases/…", std::make_shared<api::RequestActRequest>());
  AddRequest(group, choice, "request-record-disposal",
             "Ask that a subject request or a breach go, after its retention",
             api::ACT_KIND_DISPOSE_RECORD, "subjectRequests/… or breaches/…",
             std::make_shared<api::RequestActRequest>());
}

void AddRequestTraining(CLI::App& group, Choice& choice) {
  AddRequest(group, choice, "request-training",
             "Ask that a model for the second opinion be trained from confirmed cases",
             api::ACT_KIND_TRAIN_OPINION, "policies/…", std::make_shared<api::RequestActRequest>());
}

void AddRequestIdentity(CLI::App& group, Choice& choice) {
  auto request = std::make_shared<api::RequestActRequest>();
  auto* command =
      AddRequest(group, choice, "request-identity",
                 "Ask that a confidential reporter's identity be opened, to be read once",
                 api::ACT_KIND_UNSEAL_IDENTITY, "cases/…", request);
  AddField(*command, request, "report", "reports/…, of the case");
  AddEmergency(*command, request);
}

void AddApprove(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("approve", "Approve an act as the second person");
  auto request = std::make_shared<api::ApproveActRequest>();
  AddName(*command, request, "acts/…");
  command
      ->add_option_function<std::string>(
          "hash", [=](Text t) { request->set_hash(absl::HexStringToBytes(t)); },
          "As `act show` says; read what it is first")
      ->check(CLI::Validator(
          [](std::string& text) {
            const bool hex =
                text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
            return hex ? std::string() : std::string("want 64 hex digits");
          },
          "", "hash"))
      ->required();
  AddRequestId(*command, request);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      api::TwoPersonAct act;
      const auto status = Acts(session)->ApproveAct(session.Call().get(), *request, &act);
      return ShowAct(session, status, act);
    };
  });
}

void AddWithdraw(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("withdraw", "End an act that was not done");
  auto request = std::make_shared<api::WithdrawActRequest>();
  AddName(*command, request, "acts/…");
  AddRequestId(*command, request);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      api::TwoPersonAct act;
      const auto status = Acts(session)->WithdrawAct(session.Call().get(), *request, &act);
      return ShowAct(session, status, act);
    };
  });
}

void AddShow(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("show", "One act");
  auto request = std::make_shared<api::GetActRequest>();
  AddName(*command, request, "acts/…");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      api::TwoPersonAct act;
      const auto status = Acts(session)->GetAct(session.Call().get(), *request, &act);
      return ShowAct(session, status, act);
    };
  });
}

int ListActs(Session& session, const api::ListActsRequest& request, const Paging& paging) {
  api::ListActsResponse all;
  const auto stub = Acts(session);
  const auto status = ListPages(
      paging, request, all,
      [&](const auto& page_request, auto* page) {
        return stub->ListActs(session.Call().get(), page_request, page);
      },
      [](auto& response) { return response.mutable_acts(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"ACT", "KIND", "STATE", "REQUESTED BY", "REQUESTED", "LAPSES"});
  for (const auto& act : all.acts()) {
    table.AddRow({act.name(), EnumText(act.kind()), EnumText(act.state()),
                  act.approvals().empty() ? "" : act.approvals(0).person(),
                  TimeText(true, act.request_time()), TimeText(true, act.expire_time())});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

void AddList(CLI::App& group, Choice& choice) {
  auto* command =
      group.add_subcommand("list", "The acts about a case, a hold or a policy, newest first");
  auto request = std::make_shared<api::ListActsRequest>();
  command
      ->add_option_function<std::string>(
          "resource", [=](Text t) { request->set_resource(t); }, "cases/…, holds/… or policies/…")
      ->required();
  const auto paging = AddPagingFlags(*command);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) { return ListActs(session, *request, *paging); };
  });
}

void AddLetIn(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("let-in", "Do it: a person is no longer kept out");
  auto request = std::make_shared<api::RemoveExclusionRequest>();
  AddName(*command, request, "cases/…");
  command
      ->add_option_function<std::string>(
          "person", [=](Text t) { request->set_person(t); }, "The person's subject")
      ->required();
  command
      ->add_option_function<std::string>(
          "act", [=](Text t) { request->set_act(t); }, "acts/… that both have approved")
      ->required();
  AddRequestId(*command, request);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      mamori::v1::CaseAccess access;
      const auto status = Acts(session)->RemoveExclusion(session.Call().get(), *request, &access);
      return status.ok() ? session.Show(access, "no longer kept out\n") : session.Fail(status);
    };
  });
}

}  // namespace

void AddActCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("act", "What nobody does alone");
  group->require_subcommand(1);
  group->footer(
      "Example:\n  mamorictl act request-let-in cases/… hr/tanaka --reason 'named by mistake'\n"
      "  mamorictl act show acts/…                  # the second person reads it\n"
      "  mamorictl act approve acts/… 5f1c…         # and approves the hash\n"
      "  mamorictl act let-in cases/… hr/tanaka acts/…   # either of both, after the wait");
  AddRequestRemoval(*group, choice);
  AddRequestRelease(*group, choice);
  AddRequestDisposal(*group, choice);
  AddRequestTraining(*group, choice);
  AddRequestIdentity(*group, choice);
  AddApprove(*group, choice);
  AddWithdraw(*group, choice);
  AddShow(*group, choice);
  AddList(*group, choice);
  AddLetIn(*group, choice);
}

}  // namespace mamori::ctl
