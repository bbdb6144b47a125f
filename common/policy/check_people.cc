#include "common/policy/check_people.h"

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

constexpr int kMaxAnswerDays = 90;
constexpr int kMaxObjectionDays = 365;

class PeopleChecker : private ProblemList {
 public:
  explicit PeopleChecker(const v1::Policy& policy) : policy_(policy) {}

  std::vector<Problem> Run() {
    Need(v1::ReporterNotice_IsValid(policy_.unsealing().reporter_notice()),
         "unsealing.reporter_notice", "is no notice");
    CheckHandlers();
    CheckHearing();
    const v1::LeakPolicy& leak = policy_.leak();
    CheckClock(leak.preliminary_clock(), "leak.preliminary_clock");
    CheckClock(leak.wrongful_final_clock(), "leak.wrongful_final_clock");
    // It may be one that only comes along with the first.
    Need(leak.final_clock().empty() || FindClock(leak.final_clock()) != nullptr, "leak.final_clock",
         "is no clock of this policy");
    CheckClock(policy_.disclosure().clock(), "disclosure.clock");
    return std::move(problems_);
  }

 private:
  void CheckHandlers() {
    const v1::DesignatedHandlerPolicy& handlers = policy_.designated_handlers();
    for (int i = 0; i < handlers.kinds_size(); ++i) {
      const v1::ReportKind kind = handlers.kinds(i);
      Need(v1::ReportKind_IsValid(kind) && kind != v1::REPORT_KIND_UNSPECIFIED,
           absl::StrCat("designated_handlers.kinds[", i, "]"), "is no kind of report");
    }
    Need(handlers.duty_version().size() <= kMaxIdBytes, "designated_handlers.duty_version",
         "want at most 64 bytes");
  }

  void CheckHearing() {
    const v1::HearingPolicy& hearing = policy_.hearing();
    for (int i = 0; i < hearing.notice_roles_size(); ++i) {
      Need(authz::RoleOf(hearing.notice_roles(i)).has_value(),
           absl::StrCat("hearing.notice_roles[", i, "]"), "is no role");
    }
    std::set<int> needs;
    for (int i = 0; i < hearing.notice_needs_size(); ++i) {
      const v1::HearingNeed need = hearing.notice_needs(i);
      Need(v1::HearingNeed_IsValid(need) && need != v1::HEARING_NEED_UNSPECIFIED &&
               needs.insert(need).second,
           absl::StrCat("hearing.notice_needs[", i, "]"), "is nothing known, or stands twice");
    }
    Need(hearing.answer_days() >= 0 && hearing.answer_days() <= kMaxAnswerDays,
         "hearing.answer_days", "want 0 to 90");
    Need(hearing.objection_days() >= 0 && hearing.objection_days() <= kMaxObjectionDays,
         "hearing.objection_days", "want 0 to 365");
  }

  const v1::Clock* FindClock(const std::string& id) const {
    for (const v1::Clock& clock : policy_.clocks()) {
      if (clock.id() == id) return &clock;
    }
    return nullptr;
  }

  // Nothing but a person starts it.
  void CheckClock(const std::string& id, const char* path) {
    if (id.empty()) return;
    const v1::Clock* clock = FindClock(id);
    Need(clock != nullptr && std::find(clock->starts().begin(), clock->starts().end(),
                                       v1::CLOCK_EVENT_PERSON) != clock->starts().end(),
         path, "is no clock of this policy that a person starts");
  }

  const v1::Policy& policy_;
};

}  // namespace

std::vector<Problem> CheckPeople(const v1::Policy& policy) { return PeopleChecker(policy).Run(); }

}  // namespace mamori::policy
