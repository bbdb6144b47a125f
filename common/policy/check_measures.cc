#include "common/policy/check_measures.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/authz/access_rules.h"
#include "common/policy/check_ids.h"
#include "common/policy/problem_list.h"

namespace mamori::policy {
namespace {

constexpr int kMaxApprovals = 10;
constexpr int64_t kMinHold = 60;
constexpr int64_t kMaxHold = 366 * 86400LL;

template <typename List>
bool Names(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

class MeasureChecker : private ProblemList {
 public:
  explicit MeasureChecker(const v1::Policy& policy) : policy_(policy) {
    for (const v1::Measure& measure : policy.measures()) measures_.insert(measure.id());
  }

  std::vector<Problem> Run() {
    std::set<std::string> ids;
    for (int i = 0; i < policy_.approval_rules_size(); ++i) {
      const std::string at = absl::StrCat("approval_rules[", i, "]");
      const v1::ApprovalRule& rule = policy_.approval_rules(i);
      Need(IsLowerId(rule.id()), at + ".id", kLowerIdWanted);
      Need(ids.insert(rule.id()).second, at + ".id", "stands twice");
      CheckRule(rule, at);
    }
    for (int i = 0; i < policy_.measure_guards_size(); ++i) {
      CheckGuard(policy_.measure_guards(i), absl::StrCat("measure_guards[", i, "]"));
    }
    return std::move(problems_);
  }

 private:
  void CheckRule(const v1::ApprovalRule& rule, const std::string& at) {
    for (int k = 0; k < rule.measures_size(); ++k) {
      const std::string place = absl::StrCat(at, ".measures[", k, "]");
      Need(measures_.count(rule.measures(k)) > 0, place, "is no measure of this policy");
      Need(ruled_.insert(rule.measures(k)).second, place, "another rule names it");
    }
    Need(rule.approvals() >= 1 && rule.approvals() <= kMaxApprovals, at + ".approvals",
         "want 1 to 10");
    Need(rule.roles_size() > 0, at + ".roles", "at least one is required");
    for (int k = 0; k < rule.roles_size(); ++k) {
      Need(authz::RoleOf(rule.roles(k)).has_value(), absl::StrCat(at, ".roles[", k, "]"),
           "is no role");
    }
    std::set<std::string> needed;
    for (int k = 0; k < rule.needed_roles_size(); ++k) {
      Need(Names(rule.roles(), rule.needed_roles(k)) && needed.insert(rule.needed_roles(k)).second,
           absl::StrCat(at, ".needed_roles[", k, "]"), "is none of `roles`, or stands twice");
    }
    Need(rule.needed_roles_size() <= rule.approvals(), at + ".needed_roles",
         "are more than the approvals");
    Need(rule.hold_time().seconds() >= kMinHold && rule.hold_time().seconds() <= kMaxHold &&
             rule.hold_time().nanos() == 0,
         at + ".hold_time", "want whole seconds, 1 minute to 366 days");
    for (int k = 0; k < rule.outside_approvers_size(); ++k) {
      Need(!rule.outside_approvers(k).empty(), absl::StrCat(at, ".outside_approvers[", k, "]"),
           "is empty");
    }
  }

  void CheckGuard(const v1::MeasureGuard& guard, const std::string& at) {
    Need(guard.measures_size() > 0, at + ".measures", "at least one is required");
    for (int k = 0; k < guard.measures_size(); ++k) {
      const std::string place = absl::StrCat(at, ".measures[", k, "]");
      Need(measures_.count(guard.measures(k)) > 0, place, "is no measure of this policy");
      Need(guarded_.insert(guard.measures(k)).second, place, "another guard names it");
    }
    Need(guard.questions_size() > 0, at + ".questions", "at least one is required");
    std::set<std::string> ids;
    for (int k = 0; k < guard.questions_size(); ++k) {
      const v1::GuardQuestion& question = guard.questions(k);
      const std::string place = absl::StrCat(at, ".questions[", k, "]");
      Need(IsWordId(question.id()) && ids.insert(question.id()).second, place + ".id",
           "want [a-z][a-z0-9_]*, at most 64 bytes, once");
      Need(!question.label_ja().empty(), place + ".label_ja", "is required");
      Need(!question.label_en().empty(), place + ".label_en", "is required");
      Need(v1::GuardAnswerKind_IsValid(question.kind()) &&
               question.kind() != v1::GUARD_ANSWER_KIND_UNSPECIFIED,
           place + ".kind", "is no kind of answer");
      Need(question.min() >= 0 && question.min() <= 3660, place + ".min", "want 0 to 3660");
      CheckCounted(question, guard, place);
    }
  }

  // A measure that had to be carried out before itself never would be.
  void CheckCounted(const v1::GuardQuestion& question, const v1::MeasureGuard& guard,
                    const std::string& at) {
    const bool counts = question.kind() == v1::GUARD_ANSWER_KIND_CARRIED_OUT;
    Need(counts == (question.measures_size() > 0), at + ".measures",
         "at least one for CARRIED_OUT, none for others");
    for (int k = 0; k < question.measures_size(); ++k) {
      Need(measures_.count(question.measures(k)) > 0 &&
               !Names(guard.measures(), question.measures(k)),
           absl::StrCat(at, ".measures[", k, "]"),
           "is no measure of this policy, or one that the guard itself is for");
    }
  }

  const v1::Policy& policy_;
  std::set<std::string> measures_;
  std::set<std::string> ruled_;
  std::set<std::string> guarded_;
};

}  // namespace

std::vector<Problem> CheckMeasureDecisions(const v1::Policy& policy) {
  return MeasureChecker(policy).Run();
}

}  // namespace mamori::policy
