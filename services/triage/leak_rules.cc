#include "services/triage/leak_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "common/authz/access_rules.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using mamori::v1::CaseAccess;
using status::Violations;
using v1::LeakIncident;
using v1::LeakReader;

constexpr char kLeaks[] = "leaks";
const absl::Duration kMaxWindow = 400 * time::kDay;
constexpr int kMaxVersions = 1000;
constexpr int kMaxSteps = 200;

class Gathering {
 public:
  explicit Gathering(const mamori::v1::AccessPolicy& policy) : policy_(policy) {}

  // Everyone who could read under this version.
  void AddVersion(const CaseAccess& access) {
    std::set<std::string> members;
    for (const mamori::v1::CaseMember& member : access.members()) members.insert(member.person());
    std::set<std::string> seen;
    for (const mamori::v1::RosterEntry& entry : policy_.roster()) {
      // Who was a handler then is not known here: everyone may have been.
      authz::Viewer viewer{.tenant = access.tenant(), .person = entry.person(), .designated = true};
      viewer.roles = authz::RolesOf(entry.roles());
      viewer.department = entry.department();
      seen.insert(entry.person());
      AddIf(viewer, access, members.contains(entry.person()));
    }
    for (const std::string& member : members) {
      if (seen.contains(member)) continue;
      // Of whom nothing else is known: what a department would keep out is not kept out here.
      CaseAccess lenient = access;
      lenient.clear_excluded_departments();
      AddIf({.tenant = access.tenant(), .person = member, .designated = true}, lenient, true);
    }
  }

  void AddReads(const std::vector<Reading>& reads, bool of_case) {
    for (const Reading& read : reads) {
      LeakReader& reader = ReaderOf(read.person);
      if (of_case) {
        reader.set_case_reads(reader.case_reads() + read.count);
      } else {
        reader.set_report_reads(reader.report_reads() + read.count);
      }
      if (!reader.has_first_time() || read.first < time::FromTimestamp(reader.first_time())) {
        *reader.mutable_first_time() = time::ToTimestamp(read.first);
      }
      if (!reader.has_last_time() || read.last > time::FromTimestamp(reader.last_time())) {
        *reader.mutable_last_time() = time::ToTimestamp(read.last);
      }
    }
  }

  std::vector<LeakReader> Finish() && {
    std::vector<LeakReader> readers;
    for (auto& [unused, reader] : readers_) readers.push_back(std::move(reader));
    return readers;
  }

 private:
  void AddIf(const authz::Viewer& viewer, const CaseAccess& access, bool member) {
    if (authz::Decide(viewer, access, policy_, authz::Action::kRead) != authz::Decision::kAllow) {
      return;
    }
    LeakReader& reader = ReaderOf(viewer.person);
    const v1::LeakAccess how = member ? v1::LEAK_ACCESS_MEMBER : v1::LEAK_ACCESS_ROLE;
    reader.set_access(std::max(reader.access(), how));
    if (reader.access_versions_size() < kMaxVersions) reader.add_access_versions(access.version());
  }

  LeakReader& ReaderOf(const std::string& person) {
    LeakReader& reader = readers_[person];
    reader.set_person(person);
    return reader;
  }

  const mamori::v1::AccessPolicy& policy_;
  std::map<std::string, LeakReader> readers_;
};

bool Has(const LeakIncident& leak, v1::LeakStepKind kind) {
  return std::any_of(leak.steps().begin(), leak.steps().end(),
                     [&](const v1::LeakStep& step) { return step.kind() == kind; });
}

}  // namespace

absl::Status Validate(const v1::OpenLeakIncidentRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  const LeakIncident& leak = request.leak();
  if (!leak.report().empty() && !id::FromName("reports", leak.report()).ok()) {
    violations.Add("leak.report", "want reports/{26 characters}");
  }
  CheckSize(violations, "leak.text", leak.text(), 1, kMaxWorkText);
  CheckTime(violations, "leak.from_time", leak.has_from_time(), leak.from_time());
  CheckTime(violations, "leak.to_time", leak.has_to_time(), leak.to_time());
  CheckTime(violations, "leak.know_time", leak.has_know_time(), leak.know_time());
  return violations.Status();
}

absl::Status Validate(const v1::RecordLeakStepRequest& request) {
  Violations violations = CheckWorkVerb(request, kLeaks);
  CheckEnum(violations, "step.kind", request.step().kind(), v1::LeakStepKind_IsValid);
  CheckSize(violations, "step.text", request.step().text(), 1, kMaxWorkText);
  CheckTime(violations, "step.step_time", request.step().has_step_time(),
            request.step().step_time());
  return violations.Status();
}

absl::Status Validate(const v1::ListLeakIncidentsRequest& request) {
  Violations violations;
  CheckWorkName(violations, "", request.name());
  return violations.Status();
}

std::vector<LeakReader> ReadersOf(const LeakEvidence& evidence,
                                  const mamori::v1::AccessPolicy& policy, absl::Time from,
                                  absl::Time to) {
  Gathering gathering(policy);
  absl::Time begin = absl::InfinitePast();
  for (const PastAccess& past : evidence.past.records) {
    // An end that is told by day may be of any moment of that day.
    const absl::Time end = evidence.by_day ? past.end + time::kDay : past.end;
    if (begin <= to && end >= from) gathering.AddVersion(past.access);
    begin = past.end;
  }
  if (begin <= to) gathering.AddVersion(evidence.access);
  gathering.AddReads(evidence.case_reads, /*of_case=*/true);
  gathering.AddReads(evidence.report_reads, /*of_case=*/false);
  return std::move(gathering).Finish();
}

absl::Status CheckOpen(const LeakIncident& leak, absl::Time now) {
  Violations violations;
  const absl::Time from = time::FromTimestamp(leak.from_time());
  const absl::Time to = time::FromTimestamp(leak.to_time());
  if (to <= from) violations.Add("leak.to_time", "is not after leak.from_time");
  if (to - from > kMaxWindow) violations.Add("leak.to_time", "want at most 400 days");
  if (to > now) violations.Add("leak.to_time", "is in the future");
  if (time::FromTimestamp(leak.know_time()) > now) {
    violations.Add("leak.know_time", "is in the future");
  }
  return violations.Status();
}

absl::Status CheckStep(const LeakIncident& leak, const v1::LeakStep& step, absl::Time now) {
  if (leak.closed()) return status::StateNotAllowed("the incident was closed");
  if (step.kind() == v1::LEAK_STEP_KIND_CLOSED && Owes(leak, v1::LEAK_STEP_KIND_FINAL_REPORT)) {
    return status::StateNotAllowed("it was neither reported finally nor is it exempt");
  }
  // It must be possible to end it.
  if (leak.steps_size() >= kMaxSteps && step.kind() != v1::LEAK_STEP_KIND_CLOSED) {
    return status::StateNotAllowed("the record of the incident is full");
  }
  Violations violations;
  if (time::FromTimestamp(step.step_time()) > now) {
    violations.Add("step.step_time", "is in the future");
  }
  return violations.Status();
}

bool Owes(const LeakIncident& leak, v1::LeakStepKind report) {
  return !leak.closed() && !Has(leak, report) && !Has(leak, v1::LEAK_STEP_KIND_EXEMPT) &&
         !Has(leak, v1::LEAK_STEP_KIND_FINAL_REPORT);
}

}  // namespace mamori::triage
