// What the checkers of a policy's parts collect. Pure.
#ifndef MAMORI_COMMON_POLICY_PROBLEM_LIST_H_
#define MAMORI_COMMON_POLICY_PROBLEM_LIST_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/policy/check.h"

namespace mamori::policy {

// A base of a checker: each line of it says what has to hold, and where it is told when it does
// not.
class ProblemList {
 protected:
  void Need(bool holds, std::string path, std::string what) {
    if (!holds) problems_.push_back({std::move(path), std::move(what)});
  }
  void NeedWithin(int value, int least, int most, const char* path) {
    Need(value >= least && value <= most, path, absl::StrCat("want ", least, " to ", most));
  }

  std::vector<Problem> problems_;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_PROBLEM_LIST_H_
