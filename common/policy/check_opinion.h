// What makes a policy's second opinion wrong. Pure.
#ifndef MAMORI_COMMON_POLICY_CHECK_OPINION_H_
#define MAMORI_COMMON_POLICY_CHECK_OPINION_H_

#include <string>
#include <vector>

#include "common/policy/check.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// How the features of a model are called.
inline constexpr char kActFeature[] = "act:";
inline constexpr char kRuleFeature[] = "rule:";
inline constexpr char kTermFeature[] = "term:";

// Terms that are not folded, too short or long, or stand twice; thresholds and floors out of range;
// weights of anything that is no act, rule or term of the policy, or not in their order; a leaning
// that would be enough alone, or whose columns are not those of its acts; rules that only hint and
// are as heavy as others.
std::vector<Problem> CheckOpinion(const v1::Policy& policy);

// The same of a model that is to be asked under `policy`, with paths in the model.
std::vector<Problem> CheckModel(const v1::Policy& policy, const v1::OpinionModel& model);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_CHECK_OPINION_H_
