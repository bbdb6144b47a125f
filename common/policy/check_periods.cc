#include "common/policy/check_periods.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/policy/check_ids.h"
#include "common/policy/problem_list.h"

namespace mamori::policy {
namespace {

constexpr double kDay = 24 * 3600;

class PeriodChecker : private ProblemList {
 public:
  explicit PeriodChecker(const v1::Policy& policy) : policy_(policy) {}

  std::vector<Problem> Run() {
    CheckTwoPerson();
    CheckRetention();
    return std::move(problems_);
  }

 private:
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
    const v1::RetentionPolicy& retention = policy_.retention();
    for (int i = 0; i < retention.classes_size(); ++i) {
      const v1::RetentionClass& one = retention.classes(i);
      const std::string at = absl::StrCat("retention.classes[", i, "]");
      CheckClass(one, at);
      for (int kind : one.kinds()) {
        Need(v1::ReportKind_IsValid(kind) && kind != v1::REPORT_KIND_UNSPECIFIED, at + ".kinds",
             "is no kind of report");
      }
    }
    if (retention.has_subject_requests()) {
      CheckOfTenant(retention.subject_requests(), "retention.subject_requests");
    }
    if (retention.has_breaches()) CheckOfTenant(retention.breaches(), "retention.breaches");
  }

  void CheckClass(const v1::RetentionClass& one, const std::string& at) {
    Need(!one.id().empty() && one.id().size() <= 64 && classes_.insert(one.id()).second, at + ".id",
         "empty, too long, or stands twice");
    Need(one.months() >= 1 && one.months() <= 1200, at + ".months", "want 1 to 1200");
  }

  // Of records that are the tenant's, which are of no kind of report.
  void CheckOfTenant(const v1::RetentionClass& one, const std::string& at) {
    CheckClass(one, at);
    Need(one.kinds().empty(), at + ".kinds", "want none");
  }

  const v1::Policy& policy_;
  std::set<std::string> classes_;  // met so far
};

}  // namespace

std::vector<Problem> CheckPeriods(const v1::Policy& policy) { return PeriodChecker(policy).Run(); }

}  // namespace mamori::policy
