// Tries a check of policies on a good one in which one thing is wrong.
#ifndef MAMORI_COMMON_POLICY_TEST_CHECK_H_
#define MAMORI_COMMON_POLICY_TEST_CHECK_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/policy/check.h"

namespace mamori::policy {

// The paths of what `check` finds in the policy `good` with the first `from` replaced by `to`.
inline std::vector<std::string> PathsOfWrong(std::string good, const std::string& from,
                                             const std::string& to,
                                             std::vector<Problem> (*check)(const v1::Policy&)) {
  const size_t at = good.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  good.replace(at, from.size(), to);
  v1::Policy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(good, &policy)) << good;
  std::vector<std::string> paths;
  for (const Problem& problem : check(policy)) paths.push_back(problem.path);
  return paths;
}

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_TEST_CHECK_H_
