#include "common/policy/check_periods.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/policy/check_ids.h"

namespace mamori::policy {
namespace {

constexpr double kDay = 24 * 3600;

class PeriodChecker {
 public:
  explicit PeriodChecker(const v1::Policy& policy) : policy_(policy) {}

  std::vector<Problem> Run() {
    CheckTwoPerson();
    CheckRetention();
    return std::move(problems_);
  }

 private:
  void Need(bool holds, std::string path, std::string what) {
    if (!holds) problems_.push_back({std::move(path), std::move(what)});
  }

  void CheckTwoPerson() {
    const v1::TwoPersonPolicy& two = policy_.two_person();
    const double wait = two.has_wait() ? Seconds(two.wait()) : 3600;
    const double shorter = two.has_emergency_wait() ? Seconds(two.emergency_wait()) : 300;
    const double expiry = two.has_expiry() ? Seconds(two.expiry()) : kDay;
    Need(wait >= 0, "two_person.wait", "want 0 s or more");
    Need(shorter >= 0 && (shorter <= wait || !two.has_emergency_wait()),
         "two_person.emergency_wait", "want 0 s to wait");
    Need(expiry > wait && expiry <= 30 * kDay, "two_person.expiry",
         "want more than wait and at most 30 days");
  }

  void CheckRetention() {
    std::set<std::string> classes;
    for (int i = 0; i < policy_.retention().classes_size(); ++i) {
      const v1::RetentionClass& one = policy_.retention().classes(i);
      const std::string at = absl::StrCat("retention.classes[", i, "]");
      Need(!one.id().empty() && one.id().size() <= 64 && classes.insert(one.id()).second,
           at + ".id", "empty, too long, or stands twice");
      Need(one.months() >= 1 && one.months() <= 1200, at + ".months", "want 1 to 1200");
      for (int kind : one.kinds()) {
        Need(v1::ReportKind_IsValid(kind) && kind != v1::REPORT_KIND_UNSPECIFIED, at + ".kinds",
             "is no kind of report");
      }
    }
  }

  const v1::Policy& policy_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> CheckPeriods(const v1::Policy& policy) { return PeriodChecker(policy).Run(); }

}  // namespace mamori::policy
