#include "services/triage/breach_rules.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "common/time/timestamp.h"
#include "services/triage/leak_rules.h"
#include "services/triage/named_request_rules.h"
#include "services/triage/retention_rules.h"
#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using status::Violations;
using v1::Breach;

// What a breach has in common with the incident of one case.
v1::LeakIncident IncidentOf(const Breach& breach) {
  v1::LeakIncident leak;
  *leak.mutable_from_time() = breach.from_time();
  *leak.mutable_to_time() = breach.to_time();
  *leak.mutable_know_time() = breach.know_time();
  *leak.mutable_steps() = breach.steps();
  leak.set_closed(breach.closed());
  return leak;
}

}  // namespace

absl::Status Validate(const v1::OpenBreachRequest& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  const Breach& breach = request.breach();
  const bool named = breach.cases_size() > 0;
  CheckSize(violations, "breach.person", breach.person(), named ? 0 : 1, kMaxPersonBytes);
  CheckCount(violations, "breach.cases", breach.cases_size(), 0, kMaxBreachCases);
  for (int i = 0; i < std::min(breach.cases_size(), kMaxBreachCases); ++i) {
    CheckName(violations, absl::StrCat("breach.cases[", i, "]").c_str(), "cases", breach.cases(i));
  }
  CheckSize(violations, "breach.text", breach.text(), 1, kMaxWorkText);
  CheckTime(violations, "breach.from_time", breach.has_from_time(), breach.from_time());
  CheckTime(violations, "breach.to_time", breach.has_to_time(), breach.to_time());
  CheckTime(violations, "breach.know_time", breach.has_know_time(), breach.know_time());
  return violations.Status();
}

absl::Status Validate(const v1::RecordBreachStepRequest& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", kBreachNames, request.name());
  CheckEnum(violations, "step.kind", request.step().kind(), v1::LeakStepKind_IsValid);
  CheckSize(violations, "step.text", request.step().text(), 1, kMaxWorkText);
  CheckTime(violations, "step.step_time", request.step().has_step_time(),
            request.step().step_time());
  return violations.Status();
}

absl::Status Validate(const v1::GetBreachRequest& request) {
  Violations violations;
  CheckName(violations, "name", kBreachNames, request.name());
  return violations.Status();
}

absl::Status Validate(const v1::ListBreachesRequest& request) {
  Violations violations;
  CheckPageSize(violations, request.page_size());
  return violations.Status();
}

bool MayLookAfterBreaches(authz::RoleSet roles) {
  return roles.Meets({authz::Role::kFirstReader, authz::Role::kAdmin});
}

absl::Status CheckBreachOpen(const Breach& breach, absl::Time now) {
  return CheckOpen(IncidentOf(breach), now);
}

absl::Status CheckBreachStep(const Breach& breach, const v1::LeakStep& step, absl::Time now) {
  return CheckStep(IncidentOf(breach), step, now);
}

std::optional<absl::Time> CloseTimeOf(const Breach& breach) {
  if (!breach.closed()) return std::nullopt;
  const auto& steps = breach.steps();
  const auto closing = std::find_if(steps.rbegin(), steps.rend(), [](const v1::LeakStep& step) {
    return step.kind() == v1::LEAK_STEP_KIND_CLOSED;
  });
  if (closing == steps.rend()) return std::nullopt;
  return time::FromTimestamp(closing->record_time());
}

std::vector<v1::BreachReader> ReadersOver(const std::vector<v1::LeakIncident>& incidents) {
  std::map<std::string, v1::BreachReader> readers;
  for (const v1::LeakIncident& incident : incidents) {
    for (const v1::LeakReader& one : incident.readers()) {
      v1::BreachReader& reader = readers[one.person()];
      reader.set_person(one.person());
      if (one.access() != v1::LEAK_ACCESS_UNSPECIFIED) {
        reader.set_readable_cases(reader.readable_cases() + 1);
      }
      if (one.case_reads() + one.report_reads() == 0) continue;
      reader.set_read_cases(reader.read_cases() + 1);
      const auto first = time::FromTimestamp(one.first_time());
      const auto last = time::FromTimestamp(one.last_time());
      if (!reader.has_first_time() || first < time::FromTimestamp(reader.first_time())) {
        *reader.mutable_first_time() = one.first_time();
      }
      if (!reader.has_last_time() || last > time::FromTimestamp(reader.last_time())) {
        *reader.mutable_last_time() = one.last_time();
      }
    }
  }
  std::vector<v1::BreachReader> all;
  for (auto& [unused, reader] : readers) all.push_back(std::move(reader));
  return all;
}

}  // namespace mamori::triage
