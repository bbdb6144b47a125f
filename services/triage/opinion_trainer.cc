#include "services/triage/opinion_trainer.h"

#include <linear.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

using mamori::v1::OpinionFigures;
using mamori::v1::OpinionModel;

// Chosen by cross-validation on the reports that the shipped model is trained from.
constexpr double kCost = 0.5;
constexpr double kPrecision = 1e-6;
// Log-odds are kept in thousandths.
constexpr double kUnit = 1000.0;

struct FreeModel {
  void operator()(model* one) const { free_and_destroy_model(&one); }
};

// Feature names by their number, alphabetical, without the rare ones.
std::map<std::string, int> NumberFeatures(const std::vector<OpinionExample>& examples) {
  std::map<std::string, int> seen;
  for (const OpinionExample& one : examples) {
    for (const std::string& feature : one.features) ++seen[feature];
  }
  std::map<std::string, int> numbers;
  for (const auto& [feature, count] : seen) {
    if (count < kMinExamplesWithFeature) continue;
    const int number = static_cast<int>(numbers.size()) + 1;
    numbers.emplace(feature, number);
  }
  return numbers;
}

// liblinear's rows: each ends with the bias and -1.
std::vector<std::vector<feature_node>> RowsOf(const std::vector<OpinionExample>& examples,
                                              const std::map<std::string, int>& numbers) {
  const int bias = static_cast<int>(numbers.size()) + 1;
  std::vector<std::vector<feature_node>> rows;
  for (const OpinionExample& one : examples) {
    std::vector<feature_node>& row = rows.emplace_back();
    for (const std::string& feature : one.features) {
      const auto it = numbers.find(feature);
      if (it != numbers.end()) row.push_back({it->second, 1.0});
    }
    row.push_back({bias, 1.0});
    row.push_back({-1, 0.0});
  }
  return rows;
}

int32_t Rounded(double weight) { return static_cast<int32_t>(std::lround(weight * kUnit)); }

int32_t Share(int part, int all) { return all == 0 ? 0 : (part * 1000 + all / 2) / all; }

void SayNothing(const char*) {}

}  // namespace

std::vector<OpinionExample> ExamplesOf(const Assessor& assessor,
                                       const std::vector<policy::Sample>& reports) {
  std::vector<OpinionExample> examples;
  for (const policy::Sample& one : reports) {
    const std::vector<std::string> features =
        FeaturesOf(assessor.policy(), assessor.InputOf(one.report));
    examples.push_back({{features.begin(), features.end()}, !one.labels.empty()});
  }
  return examples;
}

absl::StatusOr<OpinionModel> TrainModel(const std::vector<OpinionExample>& examples) {
  const auto harassment = std::count_if(examples.begin(), examples.end(),
                                        [](const auto& one) { return one.harassment; });
  if (harassment == 0 || harassment == static_cast<long>(examples.size())) {
    return absl::InvalidArgumentError("want examples of harassment and of none");
  }
  const std::map<std::string, int> numbers = NumberFeatures(examples);
  std::vector<std::vector<feature_node>> rows = RowsOf(examples, numbers);
  std::vector<feature_node*> row_pointers;
  std::vector<double> labels;
  for (size_t i = 0; i < rows.size(); ++i) {
    row_pointers.push_back(rows[i].data());
    labels.push_back(examples[i].harassment ? 1 : -1);
  }
  problem task{};
  task.l = static_cast<int>(rows.size());
  task.n = static_cast<int>(numbers.size()) + 1;
  task.bias = 1;
  task.x = row_pointers.data();
  task.y = labels.data();
  parameter how{};
  how.solver_type = L2R_LR;
  how.C = kCost;
  how.eps = kPrecision;
  set_print_string_function(&SayNothing);
  const std::unique_ptr<model, FreeModel> trained(train(&task, &how));
  // The weights speak for the label that came first.
  const double sign = trained->label[0] == 1 ? 1 : -1;
  OpinionModel result;
  result.set_bias(Rounded(sign * trained->w[numbers.size()]));
  for (const auto& [feature, number] : numbers) {
    const int32_t weight = Rounded(sign * trained->w[number - 1]);
    if (weight == 0) continue;
    auto* const one = result.add_weights();
    one->set_feature(feature);
    one->set_weight(weight);
  }
  result.set_examples(static_cast<int32_t>(examples.size()));
  result.set_harassment(static_cast<int32_t>(harassment));
  return result;
}

OpinionFigures MeasureModel(const Assessor& assessor, const OpinionModel& model,
                            const std::vector<policy::Sample>& held_out) {
  const Opinion opinion(assessor.policy(), model, "");
  int harassment = 0;
  int missed = 0;
  int flagged = 0;
  for (const policy::Sample& one : held_out) {
    const bool said = opinion.Score(assessor.InputOf(one.report)) > 0;
    const bool is = !one.labels.empty();
    harassment += is;
    missed += is && !said;
    flagged += !is && said;
  }
  const int all = static_cast<int>(held_out.size());
  OpinionFigures figures;
  figures.set_reports(all);
  figures.set_missed(Share(missed, harassment));
  figures.set_benign_flagged(Share(flagged, all - harassment));
  figures.set_right(Share(all - missed - flagged, all));
  return figures;
}

bool Reaches(const OpinionFigures& figures, const mamori::v1::OpinionFloors& floors) {
  return figures.missed() <= floors.max_missed() &&
         figures.benign_flagged() <= floors.max_benign_flagged() &&
         figures.right() >= floors.min_right();
}

absl::StatusOr<std::vector<policy::Sample>> ReadSamples(const std::vector<std::string>& files) {
  std::vector<policy::Sample> samples;
  for (const std::string& file : files) {
    std::ifstream in(file);
    if (!in) return absl::NotFoundError(absl::StrCat(file, ": cannot be read"));
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      absl::StatusOr<policy::Sample> sample = policy::ParseSample(line);
      if (!sample.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat(file, ":", number, ": ", sample.status().message()));
      }
      samples.push_back(*std::move(sample));
    }
  }
  return samples;
}

}  // namespace mamori::triage
