// hold, retention: what must be kept, and what need not be any longer.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mamori/triage/v1/hold_service.grpc.pb.h"
#include "mamori/triage/v1/retention_service.grpc.pb.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/paging.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

namespace api = triage::v1;
using Text = const std::string&;

std::unique_ptr<api::HoldService::Stub> HoldStub(Session& session) {
  return api::HoldService::NewStub(session.Channel(session.settings().triage));
}

std::unique_ptr<api::RetentionService::Stub> RetentionStub(Session& session) {
  return api::RetentionService::NewStub(session.Channel(session.settings().triage));
}

std::string ScopeText(const api::LegalHold& hold) {
  if (hold.has_case_name()) return hold.case_name();
  if (hold.has_record_name()) return hold.record_name();
  if (hold.has_actor()) return absl::StrCat("everything that tells of ", hold.actor());
  return absl::StrCat("matter ", hold.matter(), ": ", absl::StrJoin(hold.cases(), ", "));
}

std::string HoldText(const api::LegalHold& hold) {
  Table table({"HOLD", hold.name()});
  table.AddRow({"holds", ScopeText(hold)});
  table.AddRow({"issuer", hold.issuer()});
  table.AddRow({"reason", hold.reason()});
  table.AddRow(
      {"placed by", absl::StrCat(hold.placed_by(), " ", TimeText(true, hold.place_time()))});
  if (hold.has_release_time()) {
    table.AddRow({"released",
                  absl::StrCat(TimeText(true, hold.release_time()), " by ", hold.release_act())});
  }
  return table.Text();
}

template <typename Request>
void AddRequestId(CLI::App& command, std::shared_ptr<Request> request) {
  command.add_option_function<std::string>(
      "--request-id", [=](Text t) { request->set_request_id(t); }, "Made when left out");
}

// What is done by an act of two persons.
template <typename Request>
void AddNameAndAct(CLI::App& command, std::shared_ptr<Request> request, const char* name) {
  command
      .add_option_function<std::string>(
          "name", [=](Text t) { request->set_name(t); }, name)
      ->required();
  command
      .add_option_function<std::string>(
          "act", [=](Text t) { request->set_act(t); }, "acts/… that both have approved")
      ->required();
  AddRequestId(command, request);
}

void AddPlace(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("place", "Keep what it names until two persons release it");
  auto request = std::make_shared<api::PlaceHoldRequest>();
  auto* scope = command->add_option_group("what is held");
  scope->add_option_function<std::string>(
      "--case", [=](Text t) { request->mutable_hold()->set_case_name(t); }, "cases/…");
  scope->add_option_function<std::string>(
      "--actor", [=](Text t) { request->mutable_hold()->set_actor(t); },
      "Everything that tells of this person, also later");
  scope->add_option_function<std::string>(
      "--matter", [=](Text t) { request->mutable_hold()->set_matter(t); },
      "A matter, with --of for each of its cases");
  scope->add_option_function<std::string>(
      "--record", [=](Text t) { request->mutable_hold()->set_record_name(t); },
      "subjectRequests/… or breaches/…");
  scope->require_option(1);
  command
      ->add_option_function<std::vector<std::string>>(
          "--of",
          [=](const std::vector<std::string>& names) {
            for (const auto& name : names) request->mutable_hold()->add_cases(name);
          },
          "cases/… of the matter; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option_function<std::string>(
          "--issuer", [=](Text t) { request->mutable_hold()->set_issuer(t); }, "Who demands it")
      ->required();
  command
      ->add_option_function<std::string>(
          "--reason", [=](Text t) { request->mutable_hold()->set_reason(t); }, "Why")
      ->required();
  AddRequestId(*command, request);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      api::LegalHold hold;
      const auto status = HoldStub(session)->PlaceHold(session.Call().get(), *request, &hold);
      return status.ok() ? session.Show(hold, HoldText(hold)) : session.Fail(status);
    };
  });
}

int ListHolds(Session& session, const api::ListHoldsRequest& request, const Paging& paging) {
  api::ListHoldsResponse all;
  const auto stub = HoldStub(session);
  const auto status = ListPages(
      paging, request, all,
      [&](const auto& page_request, auto* page) {
        return stub->ListHolds(session.Call().get(), page_request, page);
      },
      [](auto& response) { return response.mutable_holds(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"HOLD", "HOLDS", "ISSUER", "PLACED", "RELEASED"});
  for (const auto& hold : all.holds()) {
    table.AddRow({hold.name(), ScopeText(hold), hold.issuer(), TimeText(true, hold.place_time()),
                  TimeText(hold.has_release_time(), hold.release_time())});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

void AddListHolds(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("list", "Holds, newest first");
  auto request = std::make_shared<api::ListHoldsRequest>();
  command->add_flag_function(
      "--released", [=](int64_t) { request->set_show_released(true); }, "Released ones too");
  const auto paging = AddPagingFlags(*command);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) { return ListHolds(session, *request, *paging); };
  });
}

void AddRelease(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("release", "Do it: release a hold");
  auto request = std::make_shared<api::ReleaseHoldRequest>();
  AddNameAndAct(*command, request, "holds/…");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      api::LegalHold hold;
      const auto status = HoldStub(session)->ReleaseHold(session.Call().get(), *request, &hold);
      return status.ok() ? session.Show(hold, HoldText(hold)) : session.Fail(status);
    };
  });
}

template <typename Items>
grpc::Status ListDue(Session& session, const Paging& paging, const std::string& collection,
                     api::DryRunRetentionResponse& all, Items items) {
  api::DryRunRetentionRequest request;
  request.set_collection(collection);
  const auto stub = RetentionStub(session);
  return ListPages(
      paging, request, all,
      [&](const auto& page_request, auto* page) {
        return stub->DryRunRetention(session.Call().get(), page_request, page);
      },
      items);
}

std::string HoldMark(bool on_hold) { return on_hold ? "kept by a hold" : ""; }

int DryRunRecords(Session& session, const Paging& paging, const std::string& collection) {
  api::DryRunRetentionResponse all;
  const auto status = ListDue(session, paging, collection, all,
                              [](auto& response) { return response.mutable_records(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"RECORD", "CLASS", "CLOSED", "DUE SINCE", "HOLD"});
  for (const auto& one : all.records()) {
    table.AddRow({one.name(), one.record_class(), TimeText(true, one.close_time()),
                  TimeText(true, one.due_time()), HoldMark(one.on_hold())});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

int DryRunCases(Session& session, const Paging& paging) {
  api::DryRunRetentionResponse all;
  const auto status = ListDue(session, paging, "cases", all,
                              [](auto& response) { return response.mutable_cases(); });
  if (!status.ok()) return session.Fail(status);
  Table table({"CASE", "CLASS", "STATE", "CLOSED", "DUE SINCE", "REPORTS", "NOTES", "HOLD"});
  for (const auto& one : all.cases()) {
    table.AddRow({one.name(), one.record_class(), EnumText(one.state()),
                  TimeText(true, one.close_time()), TimeText(true, one.due_time()),
                  absl::StrCat(one.report_count()), absl::StrCat(one.note_count()),
                  HoldMark(one.on_hold())});
  }
  return session.Show(all, table.Text() + MoreText(all.next_page_token()));
}

void AddDryRun(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("dry-run", "What could go now; touches nothing");
  const auto paging = AddPagingFlags(*command);
  const auto of = std::make_shared<std::string>("cases");
  command->add_option("--of", *of, "Of what")
      ->capture_default_str()
      ->check(CLI::IsMember({"cases", "subjectRequests", "breaches"}));
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      return *of == "cases" ? DryRunCases(session, *paging) : DryRunRecords(session, *paging, *of);
    };
  });
}

std::string DispositionText(const api::Disposition& one) {
  Table table({"DISPOSED OF", one.name()});
  table.AddRow({"record class", one.record_class()});
  table.AddRow({"closed", TimeText(true, one.close_time())});
  table.AddRow({"due since", TimeText(true, one.due_time())});
  table.AddRow({"disposed of", TimeText(true, one.dispose_time())});
  table.AddRow({"act", one.act()});
  table.AddRow({"by", absl::StrJoin(one.approvers(), ", ")});
  table.AddRow({"reports", absl::StrJoin(one.reports(), ", ")});
  table.AddRow({"notes", absl::StrCat(one.note_count())});
  return table.Text();
}

template <typename Request>
void AddDisposal(CLI::App& group, Choice& choice, const char* verb, const char* help,
                 const char* name,
                 grpc::Status (api::RetentionService::Stub::*method)(grpc::ClientContext*,
                                                                     const Request&,
                                                                     api::Disposition*)) {
  auto* command = group.add_subcommand(verb, help);
  auto request = std::make_shared<Request>();
  AddNameAndAct(*command, request, name);
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      api::Disposition one;
      const auto stub = RetentionStub(session);
      const auto status = ((*stub).*method)(session.Call().get(), *request, &one);
      return status.ok() ? session.Show(one, DispositionText(one)) : session.Fail(status);
    };
  });
}

void AddCertificate(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("certificate", "What was disposed of, by whom and when");
  auto request = std::make_shared<api::GetDispositionRequest>();
  command
      ->add_option_function<std::string>(
          "name", [=](Text t) { request->set_name(t); }, "cases/…, subjectRequests/… or breaches/…")
      ->required();
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      api::Disposition one;
      const auto status =
          RetentionStub(session)->GetDisposition(session.Call().get(), *request, &one);
      return status.ok() ? session.Show(one, DispositionText(one)) : session.Fail(status);
    };
  });
}

}  // namespace

void AddHoldCommands(CLI::App& app, Choice& choice) {
  auto* hold = app.add_subcommand("hold", "Legal holds");
  hold->require_subcommand(1);
  AddPlace(*hold, choice);
  AddListHolds(*hold, choice);
  AddRelease(*hold, choice);
  hold->footer(
      "Example:\n  mamorictl hold place --case cases/… --issuer 'Tokyo District Court' --reason …\n"
      "  mamorictl act request-release holds/… --reason 'proceedings ended'\n"
      "  mamorictl hold release holds/… acts/…");
  auto* retention = app.add_subcommand("retention", "What need not be kept any longer");
  retention->require_subcommand(1);
  AddDryRun(*retention, choice);
  AddDisposal(*retention, choice, "dispose", "Do it: a case's content goes, for good", "cases/…",
              &api::RetentionService::Stub::DisposeCase);
  AddDisposal(*retention, choice, "dispose-record",
              "Do it: a subject request or a breach goes, for good",
              "subjectRequests/… or breaches/…", &api::RetentionService::Stub::DisposeRecord);
  AddCertificate(*retention, choice);
  retention->footer(
      "Example:\n  mamorictl retention dry-run\n"
      "  mamorictl act request-disposal cases/… --reason 'retention is over'\n"
      "  mamorictl retention dispose cases/… acts/…\n"
      "  mamorictl retention dry-run --of subjectRequests");
}

}  // namespace mamori::ctl
