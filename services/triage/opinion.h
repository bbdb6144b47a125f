// The second opinion of a linear model on what the rules say of a report. Pure and deterministic:
// whole numbers alone.
#ifndef MAMORI_SERVICES_TRIAGE_OPINION_H_
#define MAMORI_SERVICES_TRIAGE_OPINION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "mamori/v1/opinion.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::triage {

// What a model looks at: acts that some rule spoke for, rules of the policy that matched, and its
// terms that stand in the text, by their places in the policy, ascending. Nothing that people wrote
// can be a feature.
struct OpinionInput {
  std::vector<int> acts;
  std::vector<int> rules;
  std::vector<int> terms;
};

// How the features of an input are called.
std::vector<std::string> FeaturesOf(const mamori::v1::Policy& policy, const OpinionInput& input);

// A model, ready to be asked. Immutable and thread safe.
class Opinion {
 public:
  // `policy` outlives this and has passed policy::Check(), `model` policy::CheckModel().
  Opinion(const mamori::v1::Policy& policy, const mamori::v1::OpinionModel& model,
          std::string version);

  const std::string& version() const { return version_; }
  // Thousandths of log-odds that it is harassment.
  int64_t Score(const OpinionInput& input) const;
  // What is written into an assessment whose rules found something, or nothing.
  mamori::v1::SecondOpinion Of(const OpinionInput& input, bool found) const;

 private:
  void Explain(const OpinionInput& input, bool harassment, mamori::v1::SecondOpinion& said) const;

  const mamori::v1::Policy& policy_;
  const std::string version_;
  const int64_t bias_;
  std::vector<int64_t> acts_;  // by place in the policy
  std::vector<int64_t> rules_;
  std::vector<int64_t> terms_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_OPINION_H_
