#include "common/policy/check_crosswalk.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/policy/check_ids.h"
#include "common/policy/problem_list.h"

namespace mamori::policy {
namespace {

class CrosswalkChecker : private ProblemList {
 public:
  explicit CrosswalkChecker(const v1::Policy& policy) : policy_(policy) {}

  std::vector<Problem> Run() {
    for (const v1::Act& act : policy_.acts()) acts_.insert(act.id());
    for (int i = 0; i < policy_.schemes_size(); ++i) CheckScheme(policy_.schemes(i), i);
    for (int i = 0; i < policy_.crosswalk_lines_size(); ++i) {
      CheckLine(policy_.crosswalk_lines(i), absl::StrCat("crosswalk_lines[", i, "]"));
    }
    Need(policy_.crosswalk_lines().empty() || !policy_.crosswalk_version().empty(),
         "crosswalk_version", "is required with crosswalk lines");
    return std::move(problems_);
  }

 private:
  void CheckScheme(const v1::Scheme& scheme, int index) {
    const std::string at = absl::StrCat("schemes[", index, "]");
    Need(IsUpperId(scheme.id()), at + ".id", kUpperIdWanted);
    Need(classes_.count(scheme.id()) == 0, at + ".id", "stands twice");
    Need(!scheme.title_ja().empty(), at + ".title_ja", "is required");
    Need(!scheme.title_en().empty(), at + ".title_en", "is required");
    Need(!scheme.edition().empty(), at + ".edition", "is required");
    Need(scheme.classes_size() > 0, at + ".classes", "at least one is required");
    std::set<std::string>& known = classes_[scheme.id()];
    for (int k = 0; k < scheme.classes_size(); ++k) {
      const v1::SchemeClass& one = scheme.classes(k);
      const std::string class_at = absl::StrCat(at, ".classes[", k, "]");
      Need(IsUpperId(one.id()), class_at + ".id", kUpperIdWanted);
      Need(known.insert(one.id()).second, class_at + ".id", "stands twice");
      Need(!one.label_ja().empty(), class_at + ".label_ja", "is required");
      Need(!one.label_en().empty(), class_at + ".label_en", "is required");
    }
  }

  void CheckLine(const v1::CrosswalkLine& line, const std::string& at) {
    Need(IsLowerId(line.id()), at + ".id", kLowerIdWanted);
    Need(lines_.insert(line.id()).second, at + ".id", "stands twice");
    Need(acts_.count(line.category()) > 0, at + ".category", "is no act of this policy");
    Need(
        v1::CrosswalkBasis_IsValid(line.basis()) && line.basis() != v1::CROSSWALK_BASIS_UNSPECIFIED,
        at + ".basis", "want FOUND or POSSIBLE");
    for (int k = 0; k < line.rule_prefixes_size(); ++k) {
      const std::string& prefix = line.rule_prefixes(k);
      Need(!prefix.empty() && std::any_of(policy_.rules().begin(), policy_.rules().end(),
                                          [&](const v1::Rule& rule) {
                                            return absl::StartsWith(rule.id(), prefix);
                                          }),
           absl::StrCat(at, ".rule_prefixes[", k, "]"), "begins no rule's id");
    }
    for (int k = 0; k < line.channels_size(); ++k) {
      Need(v1::Channel_IsValid(line.channels(k)) && line.channels(k) != v1::CHANNEL_UNSPECIFIED,
           absl::StrCat(at, ".channels[", k, "]"), "is no channel");
    }
    const auto scheme = classes_.find(line.scheme());
    Need(scheme != classes_.end(), at + ".scheme", "is no scheme of this policy");
    Need(line.classes_size() > 0, at + ".classes", "at least one is required");
    for (int k = 0; k < line.classes_size() && scheme != classes_.end(); ++k) {
      Need(scheme->second.count(line.classes(k)) > 0, absl::StrCat(at, ".classes[", k, "]"),
           "is no class of that scheme");
    }
  }

  const v1::Policy& policy_;
  std::set<std::string> acts_;
  std::set<std::string> lines_;
  std::map<std::string, std::set<std::string>> classes_;  // by scheme
};

}  // namespace

std::vector<Problem> CheckCrosswalk(const v1::Policy& policy) {
  return CrosswalkChecker(policy).Run();
}

}  // namespace mamori::policy
