#include "services/triage/opinion.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "common/policy/check_opinion.h"

namespace mamori::triage {
namespace {

using mamori::v1::OpinionWeight;
using mamori::v1::SecondOpinion;

constexpr size_t kMaxFeatures = 5;
constexpr char kSilenceJa[] =
    "規則では何も見つからなかったが、言葉はハラスメントの報告に似ている。人がもう一度読む";
constexpr char kSilenceEn[] =
    "The rules found nothing, but the words are like those of harassment: read it again";
constexpr char kFindingJa[] =
    "規則では見つかったが、言葉は正当な申し出の報告に似ている。苦情や配慮の求めでないか確かめる";
constexpr char kFindingEn[] =
    "The rules found something, but the words are like those of reports without harassment: see "
    "whether it is a complaint in the right or asks for accommodation";

}  // namespace

std::vector<std::string> FeaturesOf(const mamori::v1::Policy& policy, const OpinionInput& input) {
  std::vector<std::string> features;
  for (const int act : input.acts) features.push_back(policy::kActFeature + policy.acts(act).id());
  for (const int rule : input.rules) {
    features.push_back(policy::kRuleFeature + policy.rules(rule).id());
  }
  for (const int term : input.terms) {
    features.push_back(policy::kTermFeature + policy.opinion().terms(term));
  }
  return features;
}

Opinion::Opinion(const mamori::v1::Policy& policy, const mamori::v1::OpinionModel& model,
                 std::string version)
    : policy_(policy), version_(std::move(version)), bias_(model.bias()) {
  std::map<std::string, int64_t> weights;
  for (const OpinionWeight& one : model.weights()) weights[one.feature()] = one.weight();
  const auto weight = [&](const std::string& feature) {
    const auto it = weights.find(feature);
    return it == weights.end() ? 0 : it->second;
  };
  for (const auto& act : policy.acts()) acts_.push_back(weight(policy::kActFeature + act.id()));
  for (const auto& rule : policy.rules())
    rules_.push_back(weight(policy::kRuleFeature + rule.id()));
  for (const auto& term : policy.opinion().terms()) {
    terms_.push_back(weight(policy::kTermFeature + term));
  }
}

int64_t Opinion::Score(const OpinionInput& input) const {
  int64_t score = bias_;
  for (const int act : input.acts) score += acts_[act];
  for (const int rule : input.rules) score += rules_[rule];
  for (const int term : input.terms) score += terms_[term];
  return score;
}

SecondOpinion Opinion::Of(const OpinionInput& input, bool found) const {
  static constexpr int64_t kMost = INT32_MAX;
  const int64_t score = std::clamp(Score(input), -kMost, kMost);
  SecondOpinion said;
  said.set_model_version(version_);
  said.set_score(static_cast<int32_t>(score));
  const mamori::v1::OpinionPolicy& opinion = policy_.opinion();
  const bool doubts =
      found ? score <= opinion.doubt_finding_to() : score >= opinion.doubt_silence_from();
  if (!doubts) return said;
  said.set_look_again(true);
  said.set_reason_ja(found ? kFindingJa : kSilenceJa);
  said.set_reason_en(found ? kFindingEn : kSilenceEn);
  Explain(input, !found, said);
  return said;
}

void Opinion::Explain(const OpinionInput& input, bool harassment, SecondOpinion& said) const {
  std::vector<std::pair<int64_t, std::string>> speaking;
  const auto add = [&](int64_t weight, const char* kind, const std::string& name) {
    if (weight != 0 && (weight > 0) == harassment) speaking.emplace_back(weight, kind + name);
  };
  for (const int act : input.acts) {
    add(acts_[act], policy::kActFeature, policy_.acts(act).id());
  }
  for (const int rule : input.rules) {
    add(rules_[rule], policy::kRuleFeature, policy_.rules(rule).id());
  }
  for (const int term : input.terms) {
    add(terms_[term], policy::kTermFeature, policy_.opinion().terms(term));
  }
  std::sort(speaking.begin(), speaking.end(), [](const auto& a, const auto& b) {
    const int64_t first = std::abs(a.first);
    const int64_t second = std::abs(b.first);
    return first != second ? first > second : a.second < b.second;
  });
  for (size_t i = 0; i < speaking.size() && i < kMaxFeatures; ++i) {
    OpinionWeight* const one = said.add_features();
    one->set_feature(speaking[i].second);
    one->set_weight(static_cast<int32_t>(speaking[i].first));
  }
}

}  // namespace mamori::triage
