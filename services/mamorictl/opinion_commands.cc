// opinion: the models that give a second opinion on what the rules say.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mamori/triage/v1/opinion_service.grpc.pb.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

namespace api = triage::v1;
using Text = const std::string&;
using Stub = api::OpinionService::Stub;

// Features shown; the others are in the JSON.
constexpr size_t kShown = 20;

std::unique_ptr<Stub> Opinions(Session& session) {
  return api::OpinionService::NewStub(session.Channel(session.settings().triage));
}

std::string OpinionText(const api::Opinion& opinion) {
  const mamori::v1::OpinionModel& model = opinion.model();
  const mamori::v1::OpinionFigures& figures = model.figures();
  Table table({"VERSION", opinion.version()});
  table.AddRow({"policy", opinion.policy()});
  table.AddRow({"before", opinion.previous_version()});
  table.AddRow({"trained", TimeText(opinion.has_create_time(), opinion.create_time())});
  table.AddRow({"act", opinion.act()});
  table.AddRow({"examples",
                absl::StrCat(model.examples(), ", ", model.harassment(), " of them harassment")});
  table.AddRow(
      {"held out", absl::StrFormat("%d reports: missed %.3f, benign flagged %.3f, right "
                                   "%.3f",
                                   figures.reports(), figures.missed() / 1000.0,
                                   figures.benign_flagged() / 1000.0, figures.right() / 1000.0)});
  std::vector<mamori::v1::OpinionWeight> weights(model.weights().begin(), model.weights().end());
  std::stable_sort(weights.begin(), weights.end(), [](const auto& a, const auto& b) {
    return std::abs(a.weight()) > std::abs(b.weight());
  });
  for (size_t i = 0; i < weights.size() && i < kShown; ++i) {
    table.AddRow({weights[i].feature(), absl::StrFormat("%+.3f", weights[i].weight() / 1000.0)});
  }
  return table.Text();
}

void AddShow(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("show", "One model; the one in force without a version");
  auto request = std::make_shared<api::GetOpinionRequest>();
  command->add_option_function<std::string>(
      "version", [=](Text t) { request->set_version(t); }, "As an assessment names it");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      api::Opinion opinion;
      const auto status = Opinions(session)->GetOpinion(session.Call().get(), *request, &opinion);
      return status.ok() ? session.Show(opinion, OpinionText(opinion)) : session.Fail(status);
    };
  });
}

void AddTrain(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("train", "Do it: train one from confirmed cases");
  auto request = std::make_shared<api::TrainOpinionRequest>();
  command
      ->add_option_function<std::string>(
          "name", [=](Text t) { request->set_name(t); }, "policies/…, as `opinion show` says")
      ->required();
  command
      ->add_option_function<std::string>(
          "act", [=](Text t) { request->set_act(t); }, "acts/… that both have approved")
      ->required();
  command->add_option_function<std::string>(
      "--request-id", [=](Text t) { request->set_request_id(t); }, "Made when left out");
  command->callback([=, &choice] {
    choice.run = [=](Session& session) {
      request->set_request_id(session.RequestId(request->request_id()));
      api::Opinion opinion;
      const auto status = Opinions(session)->TrainOpinion(session.Call().get(), *request, &opinion);
      return status.ok() ? session.Show(opinion, OpinionText(opinion)) : session.Fail(status);
    };
  });
}

}  // namespace

void AddOpinionCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("opinion", "Models for the second opinion");
  group->require_subcommand(1);
  AddShow(*group, choice);
  AddTrain(*group, choice);
  group->footer(
      "Example:\n  mamorictl opinion show\n"
      "  mamorictl act request-training policies/… --reason 'a year of confirmed cases'\n"
      "  mamorictl opinion train policies/… acts/…      # once approved, after the wait");
}

}  // namespace mamori::ctl
