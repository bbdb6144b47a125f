// Makes a model from examples, by liblinear. The same examples in the same order give the same
// model.
#ifndef MAMORI_SERVICES_TRIAGE_OPINION_TRAINER_H_
#define MAMORI_SERVICES_TRIAGE_OPINION_TRAINER_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/policy/sample.h"
#include "mamori/v1/opinion.pb.h"
#include "services/triage/assess.h"
#include "services/triage/opinion.h"

namespace mamori::triage {

// A report, or all reports of one case.
struct OpinionExample {
  std::set<std::string> features;  // as FeaturesOf calls them
  bool harassment = false;
};

// In fewer examples than this a feature is dropped: what only a few cases have could tell of them.
inline constexpr int kMinExamplesWithFeature = 5;

// One for each labelled report.
std::vector<OpinionExample> ExamplesOf(const Assessor& assessor,
                                       const std::vector<policy::Sample>& reports);

// The model, without figures. INVALID_ARGUMENT unless there are examples of both kinds.
absl::StatusOr<mamori::v1::OpinionModel> TrainModel(const std::vector<OpinionExample>& examples);

// What the model alone makes of reports that it was not trained from.
mamori::v1::OpinionFigures MeasureModel(const Assessor& assessor,
                                        const mamori::v1::OpinionModel& model,
                                        const std::vector<policy::Sample>& held_out);

// Whether it reaches what the policy asks for.
bool Reaches(const mamori::v1::OpinionFigures& figures, const mamori::v1::OpinionFloors& floors);

// The labelled reports of files with one as a line of JSON each. NOT_FOUND; INVALID_ARGUMENT with
// file and line.
absl::StatusOr<std::vector<policy::Sample>> ReadSamples(const std::vector<std::string>& files);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_OPINION_TRAINER_H_
