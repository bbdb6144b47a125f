#include "common/policy/check.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/authz/access_rules.h"
#include "common/policy/check_clocks.h"
#include "common/policy/check_crosswalk.h"
#include "common/policy/check_ids.h"
#include "common/policy/check_measures.h"
#include "common/policy/check_opinion.h"
#include "common/policy/check_people.h"
#include "common/policy/check_periods.h"
#include "common/policy/check_rules.h"
#include "common/policy/notice_wait.h"
#include "common/policy/problem_list.h"
#include "common/policy/rule_matcher.h"

namespace mamori::policy {
namespace {

constexpr size_t kMaxMailBytes = 254;

// A plain "local@domain" of printable ASCII, without anything that could end a header or an
// SMTP command.
bool IsMailAddress(std::string_view mail) {
  const size_t at = mail.find('@');
  if (at == std::string_view::npos || at == 0 || mail.size() > kMaxMailBytes) return false;
  const std::string_view domain = mail.substr(at + 1);
  if (domain.empty() || domain.front() == '.' || domain.back() == '.') return false;
  const auto is_local = [](char c) {
    return absl::ascii_isalnum(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  };
  const auto is_domain = [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.'; };
  return std::all_of(mail.begin(), mail.begin() + at, is_local) &&
         std::all_of(domain.begin(), domain.end(), is_domain);
}

bool IsSeverity(v1::Severity severity) {
  return v1::Severity_IsValid(severity) && severity != v1::SEVERITY_UNSPECIFIED;
}

class Checker : private ProblemList {
 public:
  explicit Checker(const v1::Policy& policy) : policy_(policy) {}

  std::vector<Problem> Run() {
    Need(IsLowerId(policy_.id()), "id", kLowerIdWanted);
    Need(!policy_.title().empty(), "title", "is required");
    CheckActs();
    CheckMeasures();
    Need(policy_.include().empty(), "include", "files are joined when a policy is read");
    Need(policy_.min_score() >= 0 && policy_.min_score() <= 100, "min_score", "want 0 to 100");
    CheckRules();
    CheckSeverityLines();
    CheckContactThresholds();
    const std::vector<Problem> patterns = CheckPatterns(policy_);
    problems_.insert(problems_.end(), patterns.begin(), patterns.end());
    CheckRecipientGroups();
    CheckRoutes();
    CheckAnonymousNotices();
    CheckMeasureLines();
    for (Problem& problem : CheckMeasureDecisions(policy_)) problems_.push_back(std::move(problem));
    CheckDelivery();
    CheckAccess();
    CheckRisk();
    for (Problem& problem : CheckClocks(policy_)) problems_.push_back(std::move(problem));
    for (Problem& problem : CheckCrosswalk(policy_)) problems_.push_back(std::move(problem));
    for (Problem& problem : CheckPeriods(policy_)) problems_.push_back(std::move(problem));
    for (Problem& problem : CheckOpinion(policy_)) problems_.push_back(std::move(problem));
    for (Problem& problem : CheckPeople(policy_)) problems_.push_back(std::move(problem));
    return std::move(problems_);
  }

 private:
  using Ids = std::set<std::string, std::less<>>;

  void NeedUpperId(const std::string& id, const std::string& at, Ids& known) {
    Need(IsUpperId(id), at + ".id", kUpperIdWanted);
    Need(known.insert(id).second, at + ".id", "stands twice");
  }

  void NeedLowerId(const std::string& id, const std::string& at, Ids& known) {
    Need(IsLowerId(id), at + ".id", kLowerIdWanted);
    Need(known.insert(id).second, at + ".id", "stands twice");
  }

  // Only what the work on a case goes through.
  void CheckRisk() {
    const v1::CaseState by = policy_.risk_assessed_by();
    Need(by == v1::CASE_STATE_UNSPECIFIED ||
             (by >= v1::CASE_STATE_TRIAGED && by <= v1::CASE_STATE_CLOSED),
         "risk_assessed_by", "want TRIAGED, INVESTIGATING, DECIDING, ACTING, MONITORING or CLOSED");
  }

  void CheckActs() {
    Need(policy_.acts_size() > 0, "acts", "at least one is required");
    for (int i = 0; i < policy_.acts_size(); ++i) {
      const std::string at = absl::StrCat("acts[", i, "]");
      NeedUpperId(policy_.acts(i).id(), at, acts_);
      Need(!policy_.acts(i).label_ja().empty(), at + ".label_ja", "is required");
      Need(!policy_.acts(i).label_en().empty(), at + ".label_en", "is required");
    }
    for (int i = 0; i < policy_.acts_size(); ++i) {
      const std::string& outside = policy_.acts(i).outside_act();
      Need(outside.empty() || (acts_.count(outside) > 0 && outside != policy_.acts(i).id()),
           absl::StrCat("acts[", i, "].outside_act"), "is no other act of this policy");
    }
  }

  void CheckMeasures() {
    Need(policy_.measures_size() > 0, "measures", "at least one is required");
    for (int i = 0; i < policy_.measures_size(); ++i) {
      const std::string at = absl::StrCat("measures[", i, "]");
      NeedUpperId(policy_.measures(i).id(), at, measures_);
      Need(!policy_.measures(i).label_ja().empty(), at + ".label_ja", "is required");
      Need(!policy_.measures(i).label_en().empty(), at + ".label_en", "is required");
    }
  }

  void CheckRules() {
    Need(policy_.rules_size() > 0, "rules", "at least one is required");
    Ids ids;
    for (int i = 0; i < policy_.rules_size(); ++i) {
      const v1::Rule& rule = policy_.rules(i);
      const std::string at = absl::StrCat("rules[", i, "]");
      NeedLowerId(rule.id(), at, ids);
      Need(acts_.count(rule.category()) > 0 ||
               (rule.category().empty() && rule.danger() != v1::DANGER_UNSPECIFIED),
           at + ".category", "is no act of this policy");
      Need(v1::Danger_IsValid(rule.danger()), at + ".danger", "is no danger");
      Need(v1::RuleScope_IsValid(rule.scope()), at + ".scope", "is no scope");
      Need(IsSeverity(rule.severity()), at + ".severity", "want LOW, MEDIUM, HIGH or CRITICAL");
      Need(rule.weight() >= 1 && rule.weight() <= 100, at + ".weight", "want 1 to 100");
      Need(!rule.reason_ja().empty(), at + ".reason_ja", "is required");
      Need(!rule.reason_en().empty(), at + ".reason_en", "is required");
      CheckFacts(rule, at);
    }
  }

  void CheckFacts(const v1::Rule& rule, const std::string& at) {
    const v1::FactGate& facts = rule.facts();
    Need(facts.min_contact_count() >= 0, at + ".facts.min_contact_count", "want 0 or more");
    Need(facts.min_total_minutes() >= 0, at + ".facts.min_total_minutes", "want 0 or more");
    for (int i = 0; i < facts.actor_relations_size(); ++i) {
      const v1::ActorRelation relation = facts.actor_relations(i);
      Need(v1::ActorRelation_IsValid(relation) && relation != v1::ACTOR_RELATION_UNSPECIFIED,
           absl::StrCat(at, ".facts.actor_relations[", i, "]"), "is no relation");
    }
    for (int i = 0; i < facts.channels_size(); ++i) {
      const v1::Channel channel = facts.channels(i);
      Need(v1::Channel_IsValid(channel) && channel != v1::CHANNEL_UNSPECIFIED,
           absl::StrCat(at, ".facts.channels[", i, "]"), "is no channel");
    }
  }

  void CheckSeverityLines() {
    Ids ids;
    for (int i = 0; i < policy_.severity_lines_size(); ++i) {
      const v1::SeverityLine& line = policy_.severity_lines(i);
      const std::string at = absl::StrCat("severity_lines[", i, "]");
      NeedLowerId(line.id(), at, ids);
      Need(line.category().empty() || acts_.count(line.category()) > 0, at + ".category",
           "is no act of this policy");
      Need(IsSeverity(line.severity()), at + ".severity", "want LOW, MEDIUM, HIGH or CRITICAL");
      Need(AsksAnything(line.facts()) || line.patterns_size() > 0, at, "wants facts or patterns");
      Need(!line.reason_ja().empty(), at + ".reason_ja", "is required");
      Need(!line.reason_en().empty(), at + ".reason_en", "is required");
    }
  }

  void CheckContactThresholds() {
    constexpr double kMinute = 60, kLongest = 400 * 24 * 3600.0;
    Ids ids;
    for (int i = 0; i < policy_.contact_thresholds_size(); ++i) {
      const v1::ContactThreshold& threshold = policy_.contact_thresholds(i);
      const std::string at = absl::StrCat("contact_thresholds[", i, "]");
      NeedLowerId(threshold.id(), at, ids);
      Need(v1::ContactMeasure_IsValid(threshold.measure()) &&
               threshold.measure() != v1::CONTACT_MEASURE_UNSPECIFIED,
           at + ".measure", "want MINUTES, SAME_DEMAND or CONTACTS");
      const double window = Seconds(threshold.window());
      Need(window >= kMinute && window <= kLongest && threshold.window().nanos() == 0,
           at + ".window", "want whole seconds, 1 minute to 400 days");
      Need(threshold.at_least() >= 2 && threshold.at_least() <= 1'000'000, at + ".at_least",
           "want 2 to 1000000");
      Need(acts_.count(threshold.category()) > 0, at + ".category", "is no act of this policy");
      Need(IsSeverity(threshold.severity()), at + ".severity",
           "want LOW, MEDIUM, HIGH or CRITICAL");
      Need(!threshold.reason_ja().empty(), at + ".reason_ja", "is required");
      Need(!threshold.reason_en().empty(), at + ".reason_en", "is required");
    }
  }

  void CheckRecipientGroups() {
    for (int i = 0; i < policy_.recipient_groups_size(); ++i) {
      const v1::RecipientGroup& group = policy_.recipient_groups(i);
      const std::string at = absl::StrCat("recipient_groups[", i, "]");
      NeedLowerId(group.id(), at, groups_);
      Need(group.mail_size() > 0, at + ".mail", "at least one address is required");
      for (int k = 0; k < group.mail_size(); ++k) {
        Need(IsMailAddress(group.mail(k)), absl::StrCat(at, ".mail[", k, "]"),
             "is no mail address");
      }
    }
  }

  void CheckAnonymousNotices() {
    const auto [least, most, apart] = NoticeTimesOf(policy_.anonymous_notices());
    Need(least >= absl::ZeroDuration(), "anonymous_notices.min_wait", "is negative");
    Need(most >= least, "anonymous_notices.max_wait", "is below min_wait");
    Need(most <= kLongestNoticeWait, "anonymous_notices.max_wait", "is more than 7 days");
    Need(apart >= absl::ZeroDuration(), "anonymous_notices.apart", "is negative");
    Need(most < least || apart <= most - least, "anonymous_notices.apart",
         "is more than max_wait - min_wait");
  }

  void CheckRoutes() {
    Ids ids;
    for (int i = 0; i < policy_.routes_size(); ++i) {
      const v1::Route& route = policy_.routes(i);
      const std::string at = absl::StrCat("routes[", i, "]");
      NeedLowerId(route.id(), at, ids);
      const auto& types = EventTypes();
      Need(std::find(types.begin(), types.end(), route.event_type()) != types.end(),
           at + ".event_type", "is no event type");
      Need(v1::Severity_IsValid(route.min_severity()), at + ".min_severity", "is no severity");
      Need(v1::Severity_IsValid(route.max_severity()) &&
               (route.max_severity() == v1::SEVERITY_UNSPECIFIED ||
                route.max_severity() >= route.min_severity()),
           at + ".max_severity", "is no severity, or below min_severity");
      CheckStates(route.from_states(), route.event_type(), at + ".from_states");
      CheckStates(route.to_states(), route.event_type(), at + ".to_states");
      for (int k = 0; k < route.report_kinds_size(); ++k) {
        Need(v1::ReportKind_IsValid(route.report_kinds(k)) &&
                 route.report_kinds(k) != v1::REPORT_KIND_UNSPECIFIED,
             absl::StrCat(at, ".report_kinds[", k, "]"), "is no kind of report");
      }
      Need(v1::Urgency_IsValid(route.urgency()) && route.urgency() != v1::URGENCY_UNSPECIFIED,
           at + ".urgency", "want NORMAL, HIGH or PAGE");
      Need(route.steps_size() > 0, at + ".steps", "at least one is required");
      for (int k = 0; k < route.steps_size(); ++k) CheckStep(route, k, at);
    }
  }

  template <typename States>
  void CheckStates(const States& states, const std::string& event_type, const std::string& at) {
    for (int k = 0; k < states.size(); ++k) {
      Need(event_type == "case.state_changed" && v1::CaseState_IsValid(states.Get(k)) &&
               states.Get(k) != v1::CASE_STATE_UNSPECIFIED,
           absl::StrCat(at, "[", k, "]"), "is no state, or the event is no change of state");
    }
  }

  void CheckStep(const v1::Route& route, int k, const std::string& route_at) {
    const v1::EscalationStep& step = route.steps(k);
    const std::string at = absl::StrCat(route_at, ".steps[", k, "]");
    Need(groups_.count(step.recipient_group()) > 0, at + ".recipient_group",
         "is no recipient group of this policy");
    const bool last = k + 1 == route.steps_size();
    if (last) {
      Need(!step.has_wait(), at + ".wait", "the last step has nothing to wait for");
    } else {
      Need(step.has_wait() && Seconds(step.wait()) > 0, at + ".wait",
           "is required before a further step");
    }
  }

  void CheckMeasureLines() {
    Ids ids;
    for (int i = 0; i < policy_.measure_lines_size(); ++i) {
      const v1::MeasureLine& line = policy_.measure_lines(i);
      const std::string at = absl::StrCat("measure_lines[", i, "]");
      NeedLowerId(line.id(), at, ids);
      Need(line.category().empty() || acts_.count(line.category()) > 0, at + ".category",
           "is no act of this policy");
      Need(IsSeverity(line.min_severity()), at + ".min_severity",
           "want LOW, MEDIUM, HIGH or CRITICAL");
      Need(v1::Danger_IsValid(line.danger()), at + ".danger", "is no danger");
      Need(line.measures_size() > 0, at + ".measures", "at least one is required");
      for (int k = 0; k < line.measures_size(); ++k) {
        Need(measures_.count(line.measures(k)) > 0, absl::StrCat(at, ".measures[", k, "]"),
             "is no measure of this policy");
      }
    }
  }

  void CheckDelivery() {
    const v1::RetryPolicy& retry = policy_.delivery_retry();
    const double initial = Seconds(retry.initial_backoff());
    Need(initial > 0, "delivery_retry.initial_backoff", "want more than 0 s");
    Need(Seconds(retry.max_backoff()) >= initial, "delivery_retry.max_backoff",
         "want at least initial_backoff");
    Need(retry.max_attempts() >= 1 && retry.max_attempts() <= 100, "delivery_retry.max_attempts",
         "want 1 to 100");
    Need(v1::UnknownOutcome_IsValid(policy_.unknown_outcome()) &&
             policy_.unknown_outcome() != v1::UNKNOWN_OUTCOME_UNSPECIFIED,
         "unknown_outcome", "want RESEND or RESEND_URGENT");
  }

  void CheckAccess() {
    const v1::AccessPolicy& access = policy_.access();
    std::set<int> kinds;
    for (int i = 0; i < access.kinds_size(); ++i) {
      const v1::KindAccess& kind = access.kinds(i);
      const std::string at = absl::StrCat("access.kinds[", i, "]");
      Need(v1::ReportKind_IsValid(kind.kind()) && kind.kind() != v1::REPORT_KIND_UNSPECIFIED,
           at + ".kind", "is no kind of report");
      Need(kinds.insert(kind.kind()).second, at + ".kind", "stands twice");
      CheckRoles(kind.roles(), at);
    }
    std::set<std::string> roster;
    std::set<std::string> addresses;
    for (int i = 0; i < access.roster_size(); ++i) {
      const v1::RosterEntry& entry = access.roster(i);
      const std::string at = absl::StrCat("access.roster[", i, "]");
      Need(!entry.person().empty(), at + ".person", "is required");
      for (const std::string& mail : entry.mail()) {
        Need(!mail.empty() && addresses.insert(mail).second, at + ".mail",
             "empty, or stands twice");
      }
      Need(roster.insert(entry.person()).second, at + ".person", "stands twice");
      CheckRoles(entry.roles(), at);
    }
    CheckMailboxes(roster, addresses);
    Need(access.outside_readers_size() > 0, "access.outside_readers",
         "at least one is required: a case must never be nobody's");
    for (int i = 0; i < access.outside_readers_size(); ++i) {
      Need(!access.outside_readers(i).empty() && roster.count(access.outside_readers(i)) == 0,
           absl::StrCat("access.outside_readers[", i, "]"), "is empty, or of the roster");
    }
  }

  void CheckMailboxes(const std::set<std::string>& roster, std::set<std::string>& addresses) {
    for (int i = 0; i < policy_.access().mailboxes_size(); ++i) {
      const v1::Mailbox& mailbox = policy_.access().mailboxes(i);
      const std::string at = absl::StrCat("access.mailboxes[", i, "]");
      Need(!mailbox.mail().empty() && addresses.insert(mailbox.mail()).second, at + ".mail",
           "empty, or stands twice");
      Need(mailbox.readers_size() > 0, at + ".readers", "at least one is required");
      for (int k = 0; k < mailbox.readers_size(); ++k) {
        Need(roster.count(mailbox.readers(k)) > 0, absl::StrCat(at, ".readers[", k, "]"),
             "is not of the roster");
      }
    }
  }

  template <typename Roles>
  void CheckRoles(const Roles& roles, const std::string& at) {
    Need(roles.size() > 0, at + ".roles", "at least one is required");
    for (int i = 0; i < roles.size(); ++i) {
      Need(authz::RoleOf(roles.Get(i)).has_value(), absl::StrCat(at, ".roles[", i, "]"),
           "is no role");
    }
  }

  const v1::Policy& policy_;
  Ids acts_;
  Ids measures_;
  Ids groups_;
};

}  // namespace

const std::vector<std::string_view>& EventTypes() {
  static const auto* const kTypes = new std::vector<std::string_view>{
      "case.opened",          "case.report_joined",    "case.state_changed",
      "case.assigned",        "case.severity_changed", "deadline.near",
      "deadline.missed",      "measure.approved",      "measure.carried_out",
      "case.emergency_act",   "case.message_received", "case.report_withdrawn",
      "case.consent_decided", "case.evidence_added",   "case.evidence_inspected"};
  return *kTypes;
}

std::vector<Problem> Check(const v1::Policy& policy) { return Checker(policy).Run(); }

}  // namespace mamori::policy
