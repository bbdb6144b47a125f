#include "services/triage/breaches.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/role_not_allowed.h"
#include "common/time/timestamp.h"
#include "services/triage/breach_rules.h"
#include "services/triage/retained_record.h"
#include "services/triage/tenant_records.h"

namespace mamori::triage {

using server::CallContext;
using v1::Breach;

namespace {

// Whoever works on a case may be meant.
constexpr authz::Action kLookAfter = authz::Action::kChangeAccess;

// Of what was asked nothing but what the asker may say; the cases are kept as their incidents.
Breach AskedBreach(const Breach& given) {
  Breach asked;
  asked.set_person(given.person());
  asked.set_text(given.text());
  *asked.mutable_from_time() = given.from_time();
  *asked.mutable_to_time() = given.to_time();
  *asked.mutable_know_time() = given.know_time();
  asked.set_wrongful_purpose(given.wrongful_purpose());
  return asked;
}

v1::OpenLeakIncidentRequest PartOfBreach(const v1::OpenBreachRequest& request,
                                         const id::Id& case_id) {
  v1::OpenLeakIncidentRequest part;
  part.set_name(id::Name("cases", case_id));
  part.set_request_id(PartOf(request.request_id(), part.name()));
  v1::LeakIncident& leak = *part.mutable_leak();
  leak.set_text(request.breach().text());
  *leak.mutable_from_time() = request.breach().from_time();
  *leak.mutable_to_time() = request.breach().to_time();
  *leak.mutable_know_time() = request.breach().know_time();
  leak.set_wrongful_purpose(request.breach().wrongful_purpose());
  return part;
}

// There is nothing left that could be read.
bool IsGone(const CaseRow& row) {
  return row.state == mamori::v1::CASE_STATE_DISPOSED || row.state == mamori::v1::CASE_STATE_MERGED;
}

}  // namespace

Breaches::BreachOr Breaches::Admit(const CallContext& call, const std::string& name) const {
  ASSIGN_OR_RETURN(const id::Id record_id, id::FromName(kBreaches.collection, name));
  ASSIGN_OR_RETURN(const TenantRecord record,
                   d_.store.Get(kBreaches, call.tenant, record_id, call.deadline));
  ASSIGN_OR_RETURN(Breach breach, MessageOf<Breach>(record));
  RETURN_IF_ERROR(CheckRecordAccess(ViewerOf(call), kBreaches, breach.person()));
  breach.set_name(name);
  return breach;
}

absl::StatusOr<Breaches::Seen> Breaches::See(const CallContext& call, const std::string& name) {
  ASSIGN_OR_RETURN(const Breach stored, Admit(call, name));
  Seen seen{.breach = stored, .incidents = {}};
  seen.breach.clear_incidents();
  for (const std::string& incident : stored.incidents()) {
    absl::StatusOr<v1::LeakIncident> one = d_.leaks.Get(call, incident);
    if (IsOutOfSight(one.status())) continue;
    RETURN_IF_ERROR(one.status());
    seen.breach.add_incidents(incident);
    seen.breach.set_unbelieved_rows(seen.breach.unbelieved_rows() + one->unbelieved_rows());
    seen.incidents.push_back(*std::move(one));
  }
  for (v1::BreachReader& reader : ReadersOver(seen.incidents)) {
    *seen.breach.add_readers() = std::move(reader);
  }
  seen.breach.set_etag(EtagOfShown(seen.breach));
  return seen;
}

absl::StatusOr<id::Id> Breaches::GoingOn(const CallContext& call, id::Id case_id) {
  for (;;) {
    ASSIGN_OR_RETURN(const CaseRow row, d_.cases.GetRow(call.tenant, case_id, call.deadline));
    RETURN_IF_ERROR(d_.gate.Check(ViewerOf(call), row.access, kLookAfter));
    if (row.state == mamori::v1::CASE_STATE_DISPOSED) {
      return status::StateNotAllowed("the case was disposed of");
    }
    if (row.merged_into.empty()) return row.case_id;
    case_id = row.merged_into;
  }
}

absl::StatusOr<std::set<id::Id>> Breaches::Named(const CallContext& call, const Breach& breach) {
  std::set<id::Id> cases;
  for (const std::string& name : breach.cases()) {
    ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", name));
    ASSIGN_OR_RETURN(id::Id going_on, GoingOn(call, case_id));
    cases.insert(std::move(going_on));
  }
  return cases;
}

absl::StatusOr<std::set<id::Id>> Breaches::ReadByPerson(const CallContext& call, Breach& breach) {
  ASSIGN_OR_RETURN(const ReadBy read, d_.source.FindReadBy(call, breach.person(),
                                                           time::FromTimestamp(breach.from_time()),
                                                           time::FromTimestamp(breach.to_time())));
  breach.set_unbelieved_rows(read.unbelieved_rows);
  std::set<id::Id> all(read.cases.begin(), read.cases.end());
  const auto admit = [&](const CaseRow& row) {
    return d_.gate.Check(ViewerOf(call), row.access, kLookAfter);
  };
  for (const id::Id& report : std::set<id::Id>(read.reports.begin(), read.reports.end())) {
    const auto found = d_.cases.GetByReport(call.tenant, report, admit, call.deadline);
    if (IsOutOfSight(found.status())) continue;
    RETURN_IF_ERROR(found.status());
    ASSIGN_OR_RETURN(id::Id case_id, id::FromName("cases", found->name()));
    all.insert(std::move(case_id));
  }
  std::set<id::Id> cases;
  for (const id::Id& one : all) {
    const auto row = d_.cases.GetRow(call.tenant, one, call.deadline);
    if (absl::IsNotFound(row.status())) continue;
    RETURN_IF_ERROR(row.status());
    if (admit(*row).ok() && !IsGone(*row)) cases.insert(one);
  }
  if (cases.size() > kMaxBreachCases) {
    return status::StateNotAllowed("more cases were read in the window than one breach holds");
  }
  return cases;
}

Breaches::BreachOr Breaches::Open(const CallContext& call, const v1::OpenBreachRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const bool may = MayLookAfterBreaches(authz::RolesOf(call.roles));
  if (!may || request.breach().person() == call.person) return status::RoleNotAllowed();
  const absl::Time now = d_.clock.Now();
  RETURN_IF_ERROR(CheckBreachOpen(request.breach(), now));
  Breach breach = AskedBreach(request.breach());
  const bool named = request.breach().cases_size() > 0;
  ASSIGN_OR_RETURN(const std::set<id::Id> cases,
                   named ? Named(call, request.breach()) : ReadByPerson(call, breach));
  breach.set_opener(call.person);
  *breach.mutable_open_time() = time::ToTimestamp(now);
  ASSIGN_OR_RETURN(const id::Id record_id,
                   d_.store.Add(KeyOf(call, request), AuditedCaller(call), kBreaches,
                                {.record_id = d_.ids.NewId(),
                                 .tenant = call.tenant,
                                 .create_time = now,
                                 .body = breach.SerializeAsString()}));
  const std::string name = id::Name(kBreaches.collection, record_id);
  std::vector<std::string> incidents;
  for (const id::Id& one : cases) {
    ASSIGN_OR_RETURN(const v1::LeakIncident opened,
                     d_.leaks.Open(call, PartOfBreach(request, one), name));
    incidents.push_back(opened.name());
  }
  v1::OpenBreachRequest last = request;
  last.set_request_id(PartOf(request.request_id(), name));
  RETURN_IF_ERROR(
      d_.store.Change(KeyOf(call, last), AuditedCaller(call), kBreaches, call.tenant, record_id,
                      [&](const TenantRecord& record, absl::Time) -> absl::StatusOr<std::string> {
                        ASSIGN_OR_RETURN(Breach opened, MessageOf<Breach>(record));
                        opened.clear_incidents();
                        for (const std::string& one : incidents) opened.add_incidents(one);
                        return opened.SerializeAsString();
                      }));
  ASSIGN_OR_RETURN(Seen seen, See(call, name));
  return std::move(seen.breach);
}

Breaches::BreachOr Breaches::RecordStep(const CallContext& call,
                                        const v1::RecordBreachStepRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const Seen before, See(call, request.name()));
  RETURN_IF_ERROR(CheckEtagOfShown(request, before.breach));
  ASSIGN_OR_RETURN(const id::Id record_id, id::FromName(kBreaches.collection, request.name()));
  // First in the breach, which says whether it may be done; then in each case, which a repeat
  // finishes.
  RETURN_IF_ERROR(d_.store.Change(
      KeyOf(call, request), AuditedCaller(call), kBreaches, call.tenant, record_id,
      [&](const TenantRecord& record, absl::Time now) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(Breach breach, MessageOf<Breach>(record));
        RETURN_IF_ERROR(CheckBreachStep(breach, request.step(), now));
        v1::LeakStep& step = *breach.add_steps();
        step = request.step();
        step.set_recorder(call.person);
        *step.mutable_record_time() = time::ToTimestamp(now);
        if (step.kind() == v1::LEAK_STEP_KIND_CLOSED) breach.set_closed(true);
        return breach.SerializeAsString();
      }));
  for (const v1::LeakIncident& incident : before.incidents) {
    if (incident.closed()) continue;
    v1::RecordLeakStepRequest part;
    part.set_request_id(PartOf(request.request_id(), incident.name()));
    part.set_name(incident.name());
    *part.mutable_step() = request.step();
    RETURN_IF_ERROR(d_.leaks.RecordStep(call, part).status());
  }
  ASSIGN_OR_RETURN(Seen seen, See(call, request.name()));
  return std::move(seen.breach);
}

Breaches::BreachOr Breaches::Get(const CallContext& call, const v1::GetBreachRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(Seen seen, See(call, request.name()));
  return std::move(seen.breach);
}

absl::StatusOr<v1::ListBreachesResponse> Breaches::List(const CallContext& call,
                                                        const v1::ListBreachesRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  if (!MayLookAfterBreaches(authz::RolesOf(call.roles))) return status::RoleNotAllowed();
  v1::ListBreachesResponse response;
  RETURN_IF_ERROR(ListTenantRecords<Breach>(
      d_.store, d_.tokens, kBreaches, call, request,
      [&](const Breach& one) { return one.person() != call.person; },
      [&](const id::Id& record_id, Breach one) {
        one.clear_incidents();
        one.clear_unbelieved_rows();
        one.set_name(id::Name(kBreaches.collection, record_id));
        *response.add_breaches() = std::move(one);
      },
      [&](std::string token) { response.set_next_page_token(std::move(token)); }));
  return response;
}

}  // namespace mamori::triage
