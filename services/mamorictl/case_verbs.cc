// The verbs by which people carry a case on. All have a request id, a name and an etag.
#include <functional>
#include <memory>

#include "absl/strings/str_cat.h"
#include "services/mamorictl/case_text.h"
#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

using mamori::v1::Case;
using triage::v1::TriageService;

template <typename Request>
using Method = grpc::Status (TriageService::Stub::*)(grpc::ClientContext*, const Request&, Case*);

using Text = const std::string&;

// Adds the verb; more flags can be put on the returned command, which fill the returned request.
template <typename Request>
std::pair<CLI::App*, std::shared_ptr<Request>> AddVerb(CLI::App& group, Choice& choice,
                                                       const char* verb, const char* help,
                                                       Method<Request> method) {
  auto* command = group.add_subcommand(verb, help);
  auto request = std::make_shared<Request>();
  command
      ->add_option_function<std::string>(
          "name", [=](Text t) { request->set_name(t); }, "cases/…")
      ->required();
  command->add_option_function<std::string>(
      "--etag", [=](Text t) { request->set_etag(t); },
      "Exit code 20 when the case has changed since this etag");
  command->add_option_function<std::string>(
      "--request-id", [=](Text t) { request->set_request_id(t); }, "Made when left out");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      Case after;
      const auto status = (session.triage().*method)(session.Call().get(), *request, &after);
      return status.ok() ? session.Show(after, CaseText(after)) : session.Fail(status);
    };
  });
  return {command, request};
}

template <typename Request>
void AddVerbWithReason(CLI::App& group, Choice& choice, const char* verb, const char* help,
                       Method<Request> method) {
  auto [command, request] = AddVerb<Request>(group, choice, verb, help, method);
  auto target = request;
  command
      ->template add_option_function<std::string>(
          "--reason", [target](Text t) { target->set_reason(t); }, "Why; kept as a note")
      ->required();
}

// What ends a case.
template <typename Request>
void AddEnd(CLI::App& group, Choice& choice, const char* verb, const char* help,
            Method<Request> method) {
  auto [command, request] = AddVerb<Request>(group, choice, verb, help, method);
  auto target = request;
  command
      ->template add_option_function<std::string>(
          "--reason", [target](Text t) { target->set_reason(t); }, "Why; kept as a note")
      ->required();
  command->template add_option_function<std::string>(
      "--no-prevention-reason", [target](Text t) { target->set_no_prevention_reason(t); },
      "Why nothing is done against recurrence; for a case without an action of `case prevention`");
}

void AddTriage(CLI::App& group, Choice& choice) {
  auto [command, request] = AddVerb<triage::v1::TriageCaseRequest>(
      group, choice, "triage", "RECEIVED to TRIAGED: judge what it is",
      &TriageService::Stub::TriageCase);
  auto target = request;
  AddEnumFlag<mamori::v1::Severity>(*command, "--severity", "In force from now on",
                                    [target](auto severity) { target->set_severity(severity); })
      ->required();
  command
      ->add_option_function<std::vector<std::string>>(
          "--category",
          [target](const std::vector<std::string>& categories) {
            for (const auto& category : categories) target->add_categories(category);
          },
          "An act of the policy, in force from now on; may be repeated")
      ->allow_extra_args(false);
  command->footer(
      "Example:\n  mamorictl case triage cases/… --severity high --category UNJUST_DEMAND");
}

void AddNote(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("note", "Add a note");
  auto request = std::make_shared<triage::v1::AddNoteRequest>();
  command
      ->add_option_function<std::string>(
          "name", [=](Text t) { request->set_name(t); }, "cases/…")
      ->required();
  command
      ->add_option_function<std::string>(
          "--text", [=](Text t) { request->mutable_note()->set_text(t); }, "The note")
      ->required();
  command->add_option_function<std::string>(
      "--request-id", [=](Text t) { request->set_request_id(t); }, "Made when left out");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      mamori::v1::CaseNote note;
      const auto status = session.triage().AddNote(session.Call().get(), *request, &note);
      return status.ok() ? session.Show(note, note.name() + "\n") : session.Fail(status);
    };
  });
}

}  // namespace

void AddCaseVerbs(CLI::App& group, Choice& choice) {
  using Stub = TriageService::Stub;
  namespace api = triage::v1;
  AddVerb<api::ClaimCaseRequest>(group, choice, "claim", "Take a case that nobody has",
                                 &Stub::ClaimCase)
      .first->footer("Example:\n  mamorictl --person sato case claim cases/…");
  {
    auto [command, request] = AddVerb<api::AssignCaseRequest>(
        group, choice, "assign", "Give a case to a person", &Stub::AssignCase);
    auto target = request;
    command
        ->add_option_function<std::string>(
            "--to", [target](Text t) { target->set_assignee(t); }, "The person's subject")
        ->required();
  }
  AddTriage(group, choice);
  AddVerb<api::StartInvestigationRequest>(group, choice, "investigate", "TRIAGED to INVESTIGATING",
                                          &Stub::StartInvestigation);
  AddVerb<api::StartDecisionRequest>(group, choice, "decide", "INVESTIGATING to DECIDING",
                                     &Stub::StartDecision);
  AddVerb<api::StartActionRequest>(group, choice, "act", "DECIDING to ACTING", &Stub::StartAction);
  AddVerb<api::StartMonitoringRequest>(group, choice, "monitor", "ACTING to MONITORING",
                                       &Stub::StartMonitoring);
  AddEnd<api::CloseCaseRequest>(group, choice, "close", "To CLOSED", &Stub::CloseCase);
  AddVerbWithReason<api::ReopenCaseRequest>(group, choice, "reopen", "CLOSED to INVESTIGATING",
                                            &Stub::ReopenCase);
  AddEnd<api::WithdrawCaseRequest>(group, choice, "withdraw",
                                   "To WITHDRAWN, at the reporter's wish", &Stub::WithdrawCase);
  {
    auto [command, request] = AddVerb<api::OpenConsultationRequest>(
        group, choice, "open-consultation", "CONSULTING to RECEIVED, with the reporter's consent",
        &Stub::OpenConsultation);
    auto target = request;
    command
        ->add_option_function<std::string>(
            "--consent", [target](Text t) { target->set_consent(t); },
            "How the reporter consented; kept as a note")
        ->required();
  }
  {
    auto [command, request] = AddVerb<api::MergeCasesRequest>(
        group, choice, "merge", "Merge a case into another; it stays as a tombstone",
        &Stub::MergeCases);
    auto target = request;
    command
        ->add_option_function<std::string>(
            "--into", [target](Text t) { target->set_into(t); }, "cases/… that goes on")
        ->required();
  }
  AddNote(group, choice);
}

}  // namespace mamori::ctl
