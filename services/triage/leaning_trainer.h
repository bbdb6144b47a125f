// Makes the leaning that a policy ships with from labelled reports, by liblinear. The same reports
// in the same order give the same model.
#ifndef MAMORI_SERVICES_TRIAGE_LEANING_TRAINER_H_
#define MAMORI_SERVICES_TRIAGE_LEANING_TRAINER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/policy/sample.h"
#include "mamori/v1/opinion.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::triage {

// From the reports and the examples of the policy's rules. Terms are parts of them, so these are
// reports that the project wrote, never cases. INVALID_ARGUMENT unless there are reports of
// harassment and others.
absl::StatusOr<mamori::v1::LeaningModel> TrainLeaning(const mamori::v1::Policy& policy,
                                                      const std::vector<policy::Sample>& reports);

// Every eighth line of a file of everyday utterances, as reports of no harassment: without them all
// that is no report looks like one. The others are for measuring. NOT_FOUND.
absl::StatusOr<std::vector<policy::Sample>> ReadUtterances(const std::string& file);

// Textproto of mamori.v1.OpinionPolicy's `leaning`, one term a line.
std::string LeaningText(const mamori::v1::LeaningModel& model);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_LEANING_TRAINER_H_
