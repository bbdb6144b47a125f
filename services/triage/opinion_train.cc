// Trains the model that the policy ships with from labelled reports, measures it on others, and
// prints it as textproto of mamori.v1.Policy (deploy/policy/default.opinion.model.textproto). The
// same files give the same output.
//
//   mamori-opinion-train --policy=deploy/policy/default.textproto
//       --reports=FILE[,FILE...] --held_out=FILE[,FILE...]
//
// With --utterances=FILE, of everyday utterances, it makes the policy's leaning instead
// (default.opinion.leaning.textproto) from the reports and an eighth of those.
#include <google/protobuf/text_format.h>

#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "common/policy/policy.h"
#include "common/status/macros.h"
#include "services/triage/leaning_trainer.h"
#include "services/triage/opinion_trainer.h"

ABSL_FLAG(std::string, policy, "", "The policy, textproto of mamori.v1.Policy");
ABSL_FLAG(std::vector<std::string>, reports, {}, "Labelled reports to learn from");
ABSL_FLAG(std::vector<std::string>, held_out, {},
          "Labelled reports to measure on, never learnt from");

ABSL_FLAG(std::string, utterances, "",
          "Everyday utterances, one a line: make the leaning, which needs no --held_out");

namespace mamori::triage {
namespace {

constexpr char kHead[] =
    "# Written by mamori-opinion-train (services/triage/README.md says how), never by hand.\n"
    "# Message: mamori.v1.Policy.\n";

absl::Status Run() {
  ASSIGN_OR_RETURN(const auto version, policy::LoadPolicyFile(absl::GetFlag(FLAGS_policy)));
  ASSIGN_OR_RETURN(auto reports, ReadSamples(absl::GetFlag(FLAGS_reports)));
  if (const std::string file = absl::GetFlag(FLAGS_utterances); !file.empty()) {
    ASSIGN_OR_RETURN(const auto utterances, ReadUtterances(file));
    reports.insert(reports.end(), utterances.begin(), utterances.end());
    ASSIGN_OR_RETURN(const auto leaning, TrainLeaning(version->policy, reports));
    std::cout << kHead << "opinion {\n" << LeaningText(leaning) << "}\n";
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto held_out, ReadSamples(absl::GetFlag(FLAGS_held_out)));
  const Assessor assessor(version->policy, version->digest);
  ASSIGN_OR_RETURN(mamori::v1::OpinionModel model, TrainModel(ExamplesOf(assessor, reports)));
  *model.mutable_figures() = MeasureModel(assessor, model, held_out);
  std::cerr << model.figures().ShortDebugString() << "\n";
  mamori::v1::Policy part;
  *part.mutable_opinion()->mutable_model() = std::move(model);
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  if (!printer.PrintToString(part, &text)) return absl::InternalError("cannot be printed");
  std::cout << kHead << text;
  return absl::OkStatus();
}

}  // namespace
}  // namespace mamori::triage

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = mamori::triage::Run();
  if (status.ok()) return 0;
  std::cerr << status.message() << "\n";
  return 1;
}
