#include "services/triage/ingest.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "common/authz/access_record.h"
#include "common/policy/notice_wait.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "common/worker/in_parallel.h"
#include "services/triage/actor_name_rules.h"
#include "services/triage/case_state.h"
#include "services/triage/ingest_facts.h"
#include "services/triage/report_memory.h"
#include "services/triage/validate.h"

namespace mamori::triage {
namespace {

using mamori::v1::Assessment;
using mamori::v1::Event;
using mamori::v1::Report;

// An assessment takes some milliseconds, a thread some tens of microseconds.
constexpr size_t kPreparedPerThread = 8;

Assessment AssessAt(const Assessor& assessor, const Opinion* opinion, const Report& report,
                    absl::Time now) {
  Assessment assessment = assessor.Assess(report, opinion);
  *assessment.mutable_assess_time() = time::ToTimestamp(now);
  return assessment;
}

// A person's judgement is raised by new words, never lowered.
void Raise(ChangeBuilder& builder, const Assessment& assessment) {
  builder.AddCategories(CategoriesOf(assessment));
  builder.SetSeverity(std::max(builder.row().severity, assessment.severity()));
}

absl::Status NotYet(const char* what) {
  return status::Error(absl::StatusCode::kUnavailable,
                       mamori::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE, what);
}

absl::StatusOr<const Report*> FindReport(const std::map<id::Id, Report>& reports,
                                         const id::Id& id) {
  const auto it = reports.find(id);
  if (it != reports.end()) return &it->second;
  // Its event exists, so it does: an accepted report is never given up.
  return NotYet("the report cannot be read yet");
}

// A record that is not believed must not be written anew from nothing.
bool MayConsent(const CaseRow& row) { return row.access.version() > 0; }

void DecideConsent(const Event& event, ChangeBuilder& builder) {
  if (!MayConsent(builder.row())) return;
  mamori::v1::ReportConsent decision;
  decision.set_report(id::Name("reports", event.subject_id()));
  decision.set_version(event.consent_decided().version());
  decision.set_given(event.consent_decided().given());
  authz::DecideConsent(decision, builder.ChangeAccess());
}

void EndConsent(const Event& event, ChangeBuilder& builder) {
  if (!MayConsent(builder.row()) || !builder.row().access.consulting()) return;
  authz::EndConsent(id::Name("reports", event.subject_id()), builder.ChangeAccess());
}

}  // namespace

std::vector<absl::Status> Ingest::Apply(const std::vector<const Event*>& events,
                                        const std::string& source, absl::Time deadline) {
  std::vector<absl::Status> statuses(events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    statuses[i] = ValidateEvent(*events[i]);
    if (statuses[i].ok() && !source.empty() && events[i]->source() != source) {
      statuses[i] = absl::InvalidArgumentError("the event names another source than its sender");
    }
  }
  const Materials materials = ReadMaterials(events, statuses, deadline);
  std::vector<IngestItem> items;
  std::vector<size_t> index;
  std::vector<std::optional<IngestItem>> prepared(events.size());
  worker::InParallel(events.size(), kPreparedPerThread, [&](size_t i) {
    if (!statuses[i].ok()) return;
    absl::StatusOr<IngestItem> item = Prepare(*events[i], materials);
    statuses[i] = item.status();
    if (item.ok()) prepared[i] = *std::move(item);
  });
  for (size_t i = 0; i < events.size(); ++i) {
    if (!prepared[i].has_value()) continue;
    items.push_back(*std::move(prepared[i]));
    index.push_back(i);
  }
  if (items.empty()) return statuses;
  const std::vector<absl::Status> applied = d_.store.Apply(items, deadline);
  for (size_t k = 0; k < applied.size(); ++k) statuses[index[k]] = applied[k];
  d_.committed();
  return statuses;
}

Ingest::Materials Ingest::ReadMaterials(const std::vector<const Event*>& events,
                                        const std::vector<absl::Status>& statuses,
                                        absl::Time deadline) {
  std::map<std::string, Wanted> wanted;
  for (size_t i = 0; i < events.size(); ++i) {
    const Event& event = *events[i];
    if (!statuses[i].ok() || !HasMaterial(event)) continue;
    Wanted& one = wanted[event.tenant()];
    if (event.has_contact_recorded()) {
      one.contacts.push_back(event.subject_id());
      const id::Id& report_id = event.contact_recorded().report_id();
      if (report_id.empty()) continue;
      one.reports.insert(report_id);
      one.known.push_back(report_id);
      continue;
    }
    one.reports.insert(event.subject_id());
    if (!event.has_report_supplemented()) continue;
    one.known.push_back(event.subject_id());
    one.supplemented.push_back(event.subject_id());
  }
  Materials materials;
  for (const auto& [tenant, one] : wanted) {
    Material& material = materials[tenant];
    material.status = ReadMaterial(tenant, one, deadline, material);
  }
  return materials;
}

absl::Status Ingest::ReadMaterial(const std::string& tenant, const Wanted& wanted,
                                  absl::Time deadline, Material& material) {
  if (!wanted.contacts.empty()) {
    ASSIGN_OR_RETURN(material.contacts,
                     d_.contacts.ReadContacts(tenant, wanted.contacts, deadline));
  }
  if (wanted.reports.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      material.reports,
      d_.reports.Read(tenant, {wanted.reports.begin(), wanted.reports.end()}, deadline));
  std::vector<id::Id> cases;
  for (const auto& [id, report] : material.reports) {
    const auto existing = id::FromName("cases", report.existing_case());
    if (existing.ok()) cases.push_back(*existing);
  }
  if (!wanted.supplemented.empty()) {
    ASSIGN_OR_RETURN(material.counts,
                     d_.store.CountContacts(tenant, wanted.supplemented, deadline));
  }
  if (d_.opinions != nullptr && !wanted.known.empty()) {
    ASSIGN_OR_RETURN(material.models, d_.opinions->VersionsOf(tenant, wanted.known, deadline));
  }
  if (cases.empty() && wanted.known.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(material.digests, d_.store.FindDigests(tenant, cases, wanted.known, deadline));
  return absl::OkStatus();
}

absl::StatusOr<IngestItem> Ingest::Prepare(const Event& event, const Materials& materials) {
  if (IsTold(event)) return PrepareTold(event);
  if (!HasMaterial(event)) {
    IngestItem item;
    item.event = &event;
    item.outcome = OutcomeOf(event);
    return item;
  }
  const Material& material = materials.at(event.tenant());
  RETURN_IF_ERROR(material.status);
  if (event.has_contact_recorded()) return PrepareContact(event, material);
  return event.has_report_received() ? PrepareReceived(event, material)
                                     : PrepareSupplemented(event, material);
}

// A case keeps the policy version that it was opened under.
absl::StatusOr<std::shared_ptr<const Assessor>> Ingest::AssessorOf(const Material& material,
                                                                   const id::Id& id) {
  const auto it = material.digests.find(id);
  if (it == material.digests.end()) return d_.assessors.Current();
  return d_.assessors.Get(it->second);
}

Opinions::OpinionOr Ingest::OpinionOf(const Material& material, const Event& event,
                                      const id::Id& report_id,
                                      const std::shared_ptr<const Assessor>& assessor) {
  if (d_.opinions == nullptr) return std::shared_ptr<const Opinion>(assessor, assessor->opinion());
  const auto it = material.models.find(report_id);
  return it == material.models.end() ? d_.opinions->InForce(event.tenant(), assessor)
                                     : d_.opinions->Get(event.tenant(), assessor, it->second);
}

absl::StatusOr<std::shared_ptr<const ClockBook>> Ingest::ClocksOf(const std::string& digest) {
  if (d_.clocks == nullptr) return nullptr;
  return d_.clocks->Get(digest);
}

ChangeContext Ingest::ContextOf(const Event& event, absl::Time now,
                                std::shared_ptr<const ClockBook> clocks) {
  ChangeContext context{now, event.traceparent(), d_.ids, d_.gate.policy()};
  context.clocks = std::move(clocks);
  context.handlers = &d_.gate.handlers();
  return context;
}

// Nobody tells by the streams when an anonymous person wrote; danger does not wait. Deadlines do
// not tell it either: from the begin of the day, by which such a case is told, they would be missed
// at once, so they count from a moment that is drawn.
void Ingest::HoldBack(ChangeBuilder& builder) {
  if (!builder.row().anonymous) return;
  const absl::Time later =
      policy::LeaveTime(policy::NoticeTimesOf(d_.notices), d_.clock.Now(), d_.ids.NewFraction());
  builder.BeginClocks(later);
  if (builder.row().severity != mamori::v1::SEVERITY_CRITICAL) builder.HoldBack(later);
}

absl::StatusOr<IngestItem> Ingest::PrepareReceived(const Event& event, const Material& material) {
  ASSIGN_OR_RETURN(const Report* report, FindReport(material.reports, event.subject_id()));
  ASSIGN_OR_RETURN(const auto assessor, d_.assessors.Current());
  ASSIGN_OR_RETURN(const auto opinion, OpinionOf(material, event, event.subject_id(), assessor));
  const absl::Time now = time::Told(d_.clock.Now(), event.anonymous());
  const Assessment assessment = AssessAt(*assessor, opinion.get(), *report, now);

  CaseRow row;
  row.anonymous = event.anonymous();
  row.case_id = d_.ids.NewId();
  row.tenant = event.tenant();
  row.company = report->company();
  row.state = OpeningState(report->kind());
  row.kind = report->kind();
  row.severity = assessment.severity();
  row.policy_digest = assessor->digest();
  row.create_time = row.update_time = now;
  row.access_version = 1;
  row.access = authz::OpenRecord(row.tenant, id::Name("cases", row.case_id),
                                 row.state == mamori::v1::CASE_STATE_CONSULTING, *report,
                                 d_.gate.policy(), now);
  row.access.set_version(row.access_version);
  ASSIGN_OR_RETURN(const auto clocks, ClocksOf(row.policy_digest));
  const ChangeContext context = ContextOf(event, now, clocks);
  ChangeBuilder builder(row, context);
  builder.SetCategories(CategoriesOf(assessment));
  builder.TellOpened(event.subject_id(), report->has_reporter());
  HoldBack(builder);

  IngestItem item;
  item.event = &event;
  item.opened = IngestItem::Opened{.change = std::move(builder).Finish(),
                                   .report = {.report_id = event.subject_id(),
                                              .tenant = event.tenant(),
                                              .case_id = row.case_id,
                                              .join_time = now,
                                              .assessment = assessment.SerializeAsString()},
                                   .memory = Remember(d_.memory, event.tenant(), *report)};
  const auto existing = id::FromName("cases", report->existing_case());
  if (!existing.ok() || material.digests.count(*existing) == 0) return item;
  // It may still open its own case, so both are prepared; `joins` is asked under the case's lock.
  ASSIGN_OR_RETURN(const auto theirs, AssessorOf(material, *existing));
  ASSIGN_OR_RETURN(const auto their_opinion,
                   OpinionOf(material, event, event.subject_id(), theirs));
  const Assessment joining = AssessAt(*theirs, their_opinion.get(), *report, now);
  item.existing_case = *existing;
  item.joined_assessment = joining.SerializeAsString();
  item.joined_digest = theirs->digest();
  item.joins = [kind = report->kind(), company = report->company()](const CaseRow& other) {
    // A record that is not believed must not be written anew from nothing.
    return other.company == company && Joins(other.state, kind) && other.access.version() > 0;
  };
  ASSIGN_OR_RETURN(const auto their_clocks, ClocksOf(theirs->digest()));
  item.change = [this, &event, report, joining, now, their_clocks](const CaseRow& other) {
    const ChangeContext join_context = ContextOf(event, now, their_clocks);
    ChangeBuilder join(other, join_context);
    Raise(join, joining);
    authz::AddReport(*report, d_.gate.policy(), now, join.ChangeAccess());
    if (event.anonymous()) join.MarkAnonymous();
    join.TellJoined(event.subject_id(), report->has_reporter());
    HoldBack(join);
    return std::move(join).Finish();
  };
  return item;
}

IngestItem Ingest::PrepareTold(const Event& event) {
  const absl::Time now = d_.clock.Now();
  IngestItem item;
  item.event = &event;
  item.told_of = event.subject_id();
  item.change = [this, &event, now](const CaseRow& row) {
    const ChangeContext context{now, event.traceparent(), d_.ids, d_.gate.policy()};
    ChangeBuilder builder(row, context);
    if (event.has_report_withdrawn()) {
      EndConsent(event, builder);
      builder.TellWithdrawn(event.subject_id());
    } else if (event.has_consent_decided()) {
      DecideConsent(event, builder);
      builder.TellConsentDecided(event.subject_id());
    } else if (event.has_evidence_added()) {
      builder.TellEvidenceAdded(event.subject_id());
    } else if (event.has_evidence_inspected()) {
      builder.TellEvidenceInspected(event.subject_id());
    } else {
      builder.TellMessage(event.subject_id());
    }
    HoldBack(builder);
    return std::move(builder).Finish();
  };
  return item;
}

absl::StatusOr<IngestItem> Ingest::PrepareSupplemented(const Event& event,
                                                       const Material& material) {
  ASSIGN_OR_RETURN(const Report* report, FindReport(material.reports, event.subject_id()));
  ASSIGN_OR_RETURN(const auto assessor, AssessorOf(material, event.subject_id()));
  const absl::Time now =
      time::Told(d_.clock.Now(), report->reporter_mode() == mamori::v1::REPORTER_MODE_ANONYMOUS);
  ASSIGN_OR_RETURN(const auto opinion, OpinionOf(material, event, event.subject_id(), assessor));
  const auto count = material.counts.find(event.subject_id());
  const Assessment assessment =
      AssessAt(*assessor, opinion.get(),
               count == material.counts.end() ? *report : Counted(*report, count->second), now);
  IngestItem item;
  item.event = &event;
  item.supplemented = IngestItem::Supplemented{event.subject_id(), assessment.SerializeAsString()};
  ASSIGN_OR_RETURN(const auto clocks, ClocksOf(assessor->digest()));
  item.change = [this, &event, assessment, now, clocks](const CaseRow& row) {
    const ChangeContext context = ContextOf(event, now, clocks);
    ChangeBuilder builder(row, context);
    // Finished work keeps what people decided; the new assessment is there to be read.
    if (!IsFinal(row.state)) Raise(builder, assessment);
    HoldBack(builder);
    return std::move(builder).Finish();
  };
  return item;
}

absl::StatusOr<IngestItem> Ingest::PrepareContact(const Event& event, const Material& material) {
  const auto contact = material.contacts.find(event.subject_id());
  if (contact == material.contacts.end()) return NotYet("the contact cannot be read yet");
  const mamori::v1::ContactRecorded& fact = event.contact_recorded();
  ASSIGN_OR_RETURN(const auto current, d_.assessors.Current());
  const absl::Time now = d_.clock.Now();
  IngestItem item;
  item.event = &event;
  ContactEffect& effect = item.contact.emplace();
  effect.contact_id = event.subject_id();
  effect.tenant = event.tenant();
  effect.company = contact->second.company();
  effect.start = time::FromTimestamp(contact->second.start_time());
  effect.minutes = contact->second.minutes();
  effect.demand = d_.memory.Demand(event.tenant(), NormaliseDemand(contact->second.demand()));
  effect.report_id = fact.report_id();
  effect.actors = KeysOf(d_.memory, event.tenant(), contact->second.actor(), 0);
  const auto& thresholds = current->policy().contact_thresholds();
  effect.thresholds.assign(thresholds.begin(), thresholds.end());
  effect.policy_digest = current->digest();
  for (int i = 0; i < thresholds.size(); ++i) effect.crossing_ids.push_back(d_.ids.NewId());
  effect.signal = [this, &event, now](const CaseRow& row,
                                      const mamori::v1::ContactThreshold& threshold) {
    const ChangeContext context{now, event.traceparent(), d_.ids, d_.gate.policy()};
    ChangeBuilder builder(row, context);
    builder.AddCategories({threshold.category()});
    builder.SetSeverity(std::max(row.severity, threshold.severity()));
    return std::move(builder).Finish();
  };
  if (effect.report_id.empty()) return item;
  ASSIGN_OR_RETURN(const Report* report, FindReport(material.reports, effect.report_id));
  // Its report's event is on its way.
  if (material.digests.count(effect.report_id) == 0) return status::EventGap(0);
  ASSIGN_OR_RETURN(const auto assessor, AssessorOf(material, effect.report_id));
  ASSIGN_OR_RETURN(const auto opinion, OpinionOf(material, event, effect.report_id, assessor));
  effect.reassess = [this, &event, report, assessor, opinion, now](const CaseRow& row,
                                                                   const ContactCount& count) {
    const Assessment assessment = AssessAt(*assessor, opinion.get(), Counted(*report, count), now);
    const ChangeContext context{now, event.traceparent(), d_.ids, d_.gate.policy()};
    ChangeBuilder builder(row, context);
    if (!IsFinal(row.state)) Raise(builder, assessment);
    return ContactEffect::Reassessed{assessment.SerializeAsString(), std::move(builder).Finish()};
  };
  return item;
}

}  // namespace mamori::triage
