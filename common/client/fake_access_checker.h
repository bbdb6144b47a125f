// Triage's answers in memory, with errors to come: for tests of those who ask.
#ifndef MAMORI_COMMON_CLIENT_FAKE_ACCESS_CHECKER_H_
#define MAMORI_COMMON_CLIENT_FAKE_ACCESS_CHECKER_H_

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "common/client/access_checker.h"

namespace mamori::client {

class FakeAccessChecker final : public AccessChecker {
 public:
  using Rule = std::function<Access(const triage::v1::AccessQuestion&)>;
  explicit FakeAccessChecker(Rule rule) : rule_(std::move(rule)) {}

  void set_rule(Rule rule) {
    std::lock_guard lock(mu_);
    rule_ = std::move(rule);
  }
  // What every Check answers until it is OK again.
  void set_fault(absl::Status fault) {
    std::lock_guard lock(mu_);
    fault_ = std::move(fault);
  }
  std::vector<triage::v1::AccessQuestion> asked() const {
    std::lock_guard lock(mu_);
    return asked_;
  }

  absl::StatusOr<std::vector<Access>> Check(
      const std::vector<triage::v1::AccessQuestion>& questions, absl::Time) override {
    std::lock_guard lock(mu_);
    asked_.insert(asked_.end(), questions.begin(), questions.end());
    if (!fault_.ok()) return fault_;
    std::vector<Access> answers;
    for (const auto& question : questions) answers.push_back(rule_(question));
    return answers;
  }

 private:
  mutable std::mutex mu_;
  Rule rule_;
  absl::Status fault_;
  std::vector<triage::v1::AccessQuestion> asked_;
};

}  // namespace mamori::client

#endif  // MAMORI_COMMON_CLIENT_FAKE_ACCESS_CHECKER_H_
