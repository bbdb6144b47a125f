#include "services/triage/leak_incidents.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/leak_rules.h"
#include "services/triage/work_name.h"

namespace mamori::triage {

using server::CallContext;
using v1::LeakIncident;

namespace {

constexpr char kLeaks[] = "leaks";
// Whoever works on the case may be meant.
constexpr authz::Action kAction = authz::Action::kChangeAccess;

LeakIncident Shown(const CaseRow& row, const WorkRow& work, LeakIncident leak) {
  leak.set_name(NameOfWork(kLeaks, row.case_id, work.record_id));
  leak.set_etag(EtagOf(work));
  return leak;
}

// Of what was asked nothing but what the asker may say.
LeakIncident Asked(const LeakIncident& given) {
  LeakIncident asked;
  asked.set_report(given.report());
  asked.set_text(given.text());
  *asked.mutable_from_time() = given.from_time();
  *asked.mutable_to_time() = given.to_time();
  *asked.mutable_know_time() = given.know_time();
  asked.set_wrongful_purpose(given.wrongful_purpose());
  return asked;
}

// The case's row and the reports that are meant.
struct Meant {
  CaseRow row;
  std::vector<id::Id> reports;
  mamori::v1::AccessPolicy policy;
  absl::Time now;
};

absl::StatusOr<Meant> MeantBy(const LeakIncident& leak, const CaseView& view) {
  Meant meant{view.file.row, view.file.reports, view.access, view.now};
  if (leak.report().empty()) return meant;
  ASSIGN_OR_RETURN(const id::Id report, id::FromName("reports", leak.report()));
  if (std::find(meant.reports.begin(), meant.reports.end(), report) == meant.reports.end()) {
    status::Violations violations;
    violations.Add("leak.report", "is not of this case");
    return violations.Status();
  }
  meant.reports = {report};
  return meant;
}

void StartClocks(const LeakIncident& leak, Work& work) {
  const mamori::v1::LeakPolicy& policy = work.view().policy.leak();
  const absl::Time known = time::FromTimestamp(leak.know_time());
  if (!leak.wrongful_purpose()) {
    work.change().StartClock(policy.preliminary_clock(), known);
    return;
  }
  // The longer one in the place of the one that comes along.
  work.change().StartClock(policy.preliminary_clock(), known, policy.final_clock());
  work.change().StartClock(policy.wrongful_final_clock(), known);
}

// The clocks of the case's incidents end when none of them owes that report any more.
absl::Status CompleteClocks(const id::Id& record_id, const LeakIncident& leak, Work& work) {
  bool preliminary = Owes(leak, v1::LEAK_STEP_KIND_PRELIMINARY_REPORT);
  bool last = Owes(leak, v1::LEAK_STEP_KIND_FINAL_REPORT);
  for (const WorkRow* row : work.view().All(WorkKind::kLeak)) {
    if (row->record_id == record_id) continue;
    ASSIGN_OR_RETURN(const LeakIncident other, BodyOf<LeakIncident>(*row));
    preliminary = preliminary || Owes(other, v1::LEAK_STEP_KIND_PRELIMINARY_REPORT);
    last = last || Owes(other, v1::LEAK_STEP_KIND_FINAL_REPORT);
  }
  const mamori::v1::LeakPolicy& policy = work.view().policy.leak();
  if (!preliminary) work.change().CompleteClock(policy.preliminary_clock());
  if (!last) {
    work.change().CompleteClock(policy.final_clock());
    work.change().CompleteClock(policy.wrongful_final_clock());
  }
  return absl::OkStatus();
}

}  // namespace

LeakIncidents::LeakOr LeakIncidents::Gather(const CallContext& call, const id::Id& case_id,
                                            const LeakIncident& asked) {
  Meant meant;
  const auto read = casework_.Read<LeakIncident>(
      call, case_id,
      [&](const CaseView& view) -> LeakOr {
        RETURN_IF_ERROR(CheckOpen(asked, view.now));
        ASSIGN_OR_RETURN(meant, MeantBy(asked, view));
        return asked;
      },
      kAction);
  RETURN_IF_ERROR(read.status());
  const absl::Time from = time::FromTimestamp(asked.from_time());
  const absl::Time to = time::FromTimestamp(asked.to_time());
  ASSIGN_OR_RETURN(const LeakEvidence evidence,
                   source_.Find(call, meant.row, meant.reports, from, to));
  LeakIncident leak = asked;
  for (v1::LeakReader& reader : ReadersOf(evidence, meant.policy, from, to)) {
    *leak.add_readers() = std::move(reader);
  }
  const CaseRow& row = meant.row;
  const int64_t kept = row.access.kept_since();
  leak.set_known_since_version(kept == 0 ? row.access_version : kept);
  leak.set_unbelieved_rows(evidence.unbelieved_rows + (evidence.past.whole ? 0 : 1));
  return leak;
}

LeakIncidents::LeakOr LeakIncidents::Open(const CallContext& call,
                                          const v1::OpenLeakIncidentRequest& request,
                                          const std::string& breach) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const LeakIncident gathered, Gather(call, case_id, Asked(request.leak())));
  return casework_.Do<LeakIncident>(call, request, case_id, kAction, [&](Work& work) -> LeakOr {
    RETURN_IF_ERROR(work.NeedState(WorkVerb::kLeak));
    LeakIncident leak = gathered;
    leak.set_opener(call.person);
    leak.set_breach(breach);
    *leak.mutable_open_time() = time::ToTimestamp(work.now());
    StartClocks(leak, work);
    const WorkRow row = work.Add(WorkKind::kLeak, leak);
    return Shown(work.row(), row, std::move(leak));
  });
}

LeakIncidents::LeakOr LeakIncidents::Get(const CallContext& call, const std::string& name) {
  ASSIGN_OR_RETURN(const WorkName parsed, ParseWorkName(kLeaks, name));
  return casework_.Read<LeakIncident>(
      call, parsed.case_id,
      [&](const CaseView& view) -> LeakOr {
        ASSIGN_OR_RETURN(const WorkRow* row, view.Find(WorkKind::kLeak, parsed.record_id));
        ASSIGN_OR_RETURN(LeakIncident one, BodyOf<LeakIncident>(*row));
        return Shown(view.file.row, *row, std::move(one));
      },
      kAction);
}

LeakIncidents::LeakOr LeakIncidents::RecordStep(const CallContext& call,
                                                const v1::RecordLeakStepRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const WorkName name, ParseWorkName(kLeaks, request.name()));
  return casework_.Do<LeakIncident>(
      call, request, name.case_id, kAction, [&](Work& work) -> LeakOr {
        ASSIGN_OR_RETURN(const WorkRow* before, work.view().Find(WorkKind::kLeak, name.record_id));
        if (!request.etag().empty() && request.etag() != EtagOf(*before)) {
          return status::EtagMismatch();
        }
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kOwed));
        ASSIGN_OR_RETURN(LeakIncident leak, BodyOf<LeakIncident>(*before));
        RETURN_IF_ERROR(CheckStep(leak, request.step(), work.now()));
        v1::LeakStep& step = *leak.add_steps();
        step = request.step();
        step.set_recorder(call.person);
        *step.mutable_record_time() = time::ToTimestamp(work.now());
        RETURN_IF_ERROR(CompleteClocks(name.record_id, leak, work));
        if (step.kind() == v1::LEAK_STEP_KIND_CLOSED) leak.set_closed(true);
        const WorkRow row = work.Put(*before, leak);
        return Shown(work.row(), row, std::move(leak));
      });
}

absl::StatusOr<v1::ListLeakIncidentsResponse> LeakIncidents::List(
    const CallContext& call, const v1::ListLeakIncidentsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Read<v1::ListLeakIncidentsResponse>(
      call, case_id,
      [](const CaseView& view) -> absl::StatusOr<v1::ListLeakIncidentsResponse> {
        v1::ListLeakIncidentsResponse response;
        for (const WorkRow* row : view.All(WorkKind::kLeak)) {
          ASSIGN_OR_RETURN(LeakIncident one, BodyOf<LeakIncident>(*row));
          *response.add_leaks() = Shown(view.file.row, *row, std::move(one));
        }
        return response;
      },
      kAction);
}

}  // namespace mamori::triage
