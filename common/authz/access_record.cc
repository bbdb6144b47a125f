#include "common/authz/access_record.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/authz/access_rules.h"
#include "common/time/timestamp.h"

namespace mamori::authz {
namespace {

using v1::ActorMatch;
using v1::ActorSlot;
using v1::CaseAccess;
using v1::CaseExclusion;
using v1::CaseMember;

bool IsInternal(v1::ActorRelation relation) {
  return relation == v1::ACTOR_RELATION_INTERNAL_SUPERIOR ||
         relation == v1::ACTOR_RELATION_INTERNAL_PEER ||
         relation == v1::ACTOR_RELATION_INTERNAL_SUBORDINATE;
}

// Also where the reporter does not know what an actor is to the company: who writes under a name
// that nobody knows may work on the desk.
bool MayBeAboutOwnPeople(const v1::Report& report) {
  return report.kind() == v1::REPORT_KIND_INTERNAL_HARASSMENT ||
         report.kind() == v1::REPORT_KIND_REVERSE ||
         std::any_of(report.actors().begin(), report.actors().end(),
                     [](const v1::AllegedActor& actor) {
                       return IsInternal(actor.relation()) ||
                              actor.relation() == v1::ACTOR_RELATION_UNKNOWN;
                     });
}

// In a report about our own people an actor who is not said to be a stranger may be one of ours.
bool MayBeOurs(const v1::AllegedActor& actor) {
  return IsInternal(actor.relation()) || actor.relation() == v1::ACTOR_RELATION_UNKNOWN ||
         actor.relation() == v1::ACTOR_RELATION_UNSPECIFIED;
}

void AddSlot(std::string name, v1::ActorSlotKind kind, CaseAccess& record) {
  ActorSlot& slot = *record.add_slots();
  slot.set_name(std::move(name));
  slot.set_kind(kind);
}

void AddSlots(const v1::Report& report, CaseAccess& record) {
  if (!MayBeAboutOwnPeople(report)) return;
  record.set_own_people(true);
  bool any = false;
  for (int i = 0; i < report.actors_size(); ++i) {
    if (!MayBeOurs(report.actors(i))) continue;
    AddSlot(absl::StrCat(report.name(), "/actors/", i), v1::ACTOR_SLOT_KIND_SUBJECT, record);
    any = true;
  }
  if (!any) {
    AddSlot(absl::StrCat(report.name(), "/actors"), v1::ACTOR_SLOT_KIND_SUBJECT, record);
  }
  AddSlot(absl::StrCat(report.name(), "/witnesses"), v1::ACTOR_SLOT_KIND_WITNESS, record);
}

void AddExclusion(std::string_view person, v1::ExclusionCause cause, std::string_view by,
                  absl::Time now, CaseAccess& record) {
  for (const CaseExclusion& one : record.exclusions()) {
    if (one.person() == person && one.cause() == cause) return;
  }
  CaseExclusion& one = *record.add_exclusions();
  one.set_person(std::string(person));
  one.set_cause(cause);
  one.set_added_by(std::string(by));
  *one.mutable_add_time() = time::ToTimestamp(now);
}

bool IsOut(const v1::RosterEntry& entry, const CaseAccess& record) {
  if (IsExcluded(entry.person(), record)) return true;
  const auto& departments = record.excluded_departments();
  if (departments.empty()) return false;
  return entry.department().empty() ||
         std::find(departments.begin(), departments.end(), entry.department()) != departments.end();
}

// The roles by which the case is seen now.
RoleSet RolesThatSee(const CaseAccess& record, const v1::AccessPolicy& policy) {
  if (record.consulting()) return {Role::kConsultation};
  if (!IsIdentified(record)) return {Role::kFirstReader};
  for (const v1::KindAccess& kind : policy.kinds()) {
    if (kind.kind() == record.kind()) return RolesOf(kind.roles());
  }
  return {};
}

bool SomebodyIsLeft(const CaseAccess& record, const v1::AccessPolicy& policy) {
  const bool members_see = !record.consulting() && IsIdentified(record);
  for (const CaseMember& member : record.members()) {
    if (members_see || member.outside_reader()) return true;
  }
  const RoleSet roles = RolesThatSee(record, policy);
  return std::any_of(policy.roster().begin(), policy.roster().end(),
                     [&](const v1::RosterEntry& entry) {
                       return roles.Meets(RolesOf(entry.roles())) && !IsOut(entry, record);
                     });
}

void InsertMember(std::string_view person, std::string_view by, absl::Time now,
                  CaseAccess& record) {
  CaseMember& member = *record.add_members();
  member.set_person(std::string(person));
  member.set_added_by(std::string(by));
  *member.mutable_add_time() = time::ToTimestamp(now);
}

template <typename Repeated>
void SortByPerson(Repeated& people) {
  std::stable_sort(people.begin(), people.end(), [](const auto& one, const auto& other) {
    return one.person() < other.person();
  });
}

// Whether somebody is there who can be asked: a report without a reporter service has nobody.
bool CanDecide(v1::ReporterMode mode) {
  return mode == v1::REPORTER_MODE_NAMED || mode == v1::REPORTER_MODE_CONFIDENTIAL ||
         mode == v1::REPORTER_MODE_ANONYMOUS;
}

v1::ReportConsent* FindConsent(std::string_view report, CaseAccess& record) {
  for (v1::ReportConsent& one : *record.mutable_consents()) {
    if (one.report() == report) return &one;
  }
  return nullptr;
}

// After every change: no member who is kept out, somebody who is left, one order.
void Settle(const v1::AccessPolicy& policy, absl::Time now, CaseAccess& record) {
  auto& members = *record.mutable_members();
  members.erase(
      std::remove_if(members.begin(), members.end(),
                     [&](const CaseMember& member) { return IsExcluded(member.person(), record); }),
      members.end());
  for (const std::string& person : policy.outside_readers()) {
    if (SomebodyIsLeft(record, policy)) break;
    if (IsExcluded(person, record)) continue;
    // One who was a member by name already is raised to it.
    const auto found = std::find_if(members.begin(), members.end(), [&](const CaseMember& member) {
      return member.person() == person;
    });
    if (found == members.end()) {
      InsertMember(person, "", now, record);
      members.rbegin()->set_outside_reader(true);
    } else {
      found->set_outside_reader(true);
    }
  }
  SortByPerson(members);
  SortByPerson(*record.mutable_exclusions());
}

// All that the policy's rules on related people ask for.
bool IsKnown(const ActorMatch& match, const v1::AccessPolicy& policy) {
  return (!policy.exclude_superiors() || match.superiors_known()) &&
         (!policy.exclude_same_department() || !match.department().empty());
}

// One that both have, because one case was once taken out of the other, stays one: it asks for what
// either asks for.
void MergeSlot(const ActorSlot& slot, CaseAccess& into) {
  auto& slots = *into.mutable_slots();
  const auto same = std::find_if(slots.begin(), slots.end(), [&](const ActorSlot& one) {
    return one.name() == slot.name() && one.kind() == slot.kind();
  });
  if (same == slots.end()) {
    *slots.Add() = slot;
    return;
  }
  same->set_closed(same->closed() && slot.closed());
  auto& matches = *same->mutable_matches();
  for (const ActorMatch& match : slot.matches()) {
    const bool there = std::any_of(matches.begin(), matches.end(), [&](const ActorMatch& one) {
      return one.person() == match.person();
    });
    if (!there) *matches.Add() = match;
  }
}

void MatchSlot(const ActorMatch* match, bool closed, const v1::AccessPolicy& policy,
               ActorSlot& slot) {
  auto& matches = *slot.mutable_matches();
  if (match != nullptr) {
    const auto found = std::find_if(matches.begin(), matches.end(), [&](const ActorMatch& one) {
      return one.person() == match->person();
    });
    *(found == matches.end() ? matches.Add() : &*found) = *match;
  }
  const bool known = slot.kind() == v1::ACTOR_SLOT_KIND_WITNESS ||
                     std::all_of(matches.begin(), matches.end(),
                                 [&](const ActorMatch& one) { return IsKnown(one, policy); });
  slot.set_closed(closed && known);
}

void ExcludeMatched(const ActorSlot& slot, const ActorMatch& match, std::string_view by,
                    const v1::AccessPolicy& policy, absl::Time now, CaseAccess& record) {
  if (slot.kind() == v1::ACTOR_SLOT_KIND_WITNESS) {
    AddExclusion(match.person(), v1::EXCLUSION_CAUSE_WITNESS, by, now, record);
    return;
  }
  AddExclusion(match.person(), v1::EXCLUSION_CAUSE_SUBJECT, by, now, record);
  if (policy.exclude_superiors()) {
    for (const std::string& superior : match.superiors()) {
      AddExclusion(superior, v1::EXCLUSION_CAUSE_SUPERIOR, "", now, record);
    }
  }
  auto& departments = *record.mutable_excluded_departments();
  if (policy.exclude_same_department() && !match.department().empty() &&
      std::find(departments.begin(), departments.end(), match.department()) == departments.end()) {
    departments.Add(std::string(match.department()));
    std::sort(departments.begin(), departments.end());
  }
}

}  // namespace

CaseAccess OpenRecord(std::string_view tenant, std::string_view case_name, bool consulting,
                      const v1::Report& report, const v1::AccessPolicy& policy, absl::Time now) {
  CaseAccess record;
  record.set_case_name(std::string(case_name));
  record.set_tenant(std::string(tenant));
  record.set_kind(report.kind());
  record.set_consulting(consulting);
  AddReport(report, policy, now, record);
  return record;
}

void AddReport(const v1::Report& report, const v1::AccessPolicy& policy, absl::Time now,
               CaseAccess& record) {
  AddSlots(report, record);
  for (const std::string& person : report.keep_out()) {
    AddExclusion(person, v1::EXCLUSION_CAUSE_KEEP_OUT, "", now, record);
  }
  if (record.consulting() && CanDecide(report.reporter_mode()) && !report.name().empty()) {
    record.add_consents()->set_report(report.name());
  }
  Settle(policy, now, record);
}

void MergeRecord(const CaseAccess& from, const v1::AccessPolicy& policy, absl::Time now,
                 CaseAccess& into) {
  into.set_own_people(into.own_people() || from.own_people());
  into.set_handlers_only(into.handlers_only() || from.handlers_only());
  for (const ActorSlot& slot : from.slots()) MergeSlot(slot, into);
  for (const CaseExclusion& one : from.exclusions()) {
    AddExclusion(one.person(), one.cause(), one.added_by(), now, into);
  }
  auto& departments = *into.mutable_excluded_departments();
  for (const std::string& one : from.excluded_departments()) {
    if (std::find(departments.begin(), departments.end(), one) != departments.end()) continue;
    departments.Add(std::string(one));
  }
  std::sort(departments.begin(), departments.end());
  for (const std::string& one : from.past_assignees()) AddPastAssignee(one, into);
  Settle(policy, now, into);
}

void AddPastAssignee(std::string_view person, CaseAccess& record) {
  auto& past = *record.mutable_past_assignees();
  if (person.empty() || std::find(past.begin(), past.end(), person) != past.end()) return;
  past.Add(std::string(person));
  std::sort(past.begin(), past.end());
}

void Exclude(std::string_view person, std::string_view by, const v1::AccessPolicy& policy,
             absl::Time now, CaseAccess& record) {
  AddExclusion(person, v1::EXCLUSION_CAUSE_BY_HAND, by, now, record);
  Settle(policy, now, record);
}

bool RemoveExclusion(std::string_view person, const v1::AccessPolicy& policy, absl::Time now,
                     CaseAccess& record) {
  auto& exclusions = *record.mutable_exclusions();
  bool any = false;
  for (const CaseExclusion& one : exclusions) {
    if (one.person() != person) continue;
    any = true;
    const bool ends =
        one.cause() == v1::EXCLUSION_CAUSE_BY_HAND || one.cause() == v1::EXCLUSION_CAUSE_KEEP_OUT;
    if (!ends) return false;
  }
  exclusions.erase(std::remove_if(exclusions.begin(), exclusions.end(),
                                  [&](const CaseExclusion& one) { return one.person() == person; }),
                   exclusions.end());
  if (any) Settle(policy, now, record);
  return any;
}

bool AddMember(std::string_view person, std::string_view by, absl::Time now, CaseAccess& record) {
  if (IsExcluded(person, record)) return false;
  const bool there =
      std::any_of(record.members().begin(), record.members().end(),
                  [&](const CaseMember& member) { return member.person() == person; });
  if (there) return true;
  InsertMember(person, by, now, record);
  SortByPerson(*record.mutable_members());
  return true;
}

void RemoveMember(std::string_view person, const v1::AccessPolicy& policy, absl::Time now,
                  CaseAccess& record) {
  auto& members = *record.mutable_members();
  members.erase(std::remove_if(members.begin(), members.end(),
                               [&](const CaseMember& member) { return member.person() == person; }),
                members.end());
  Settle(policy, now, record);
}

bool Match(std::string_view slot_name, const ActorMatch* match, bool closed, std::string_view by,
           const v1::AccessPolicy& policy, absl::Time now, CaseAccess& record) {
  bool any = false;
  // There are two of a name in records of cases that were merged before a merge knew them.
  for (ActorSlot& slot : *record.mutable_slots()) {
    if (slot.name() != slot_name) continue;
    any = true;
    MatchSlot(match, closed, policy, slot);
    if (match != nullptr) ExcludeMatched(slot, *match, by, policy, now, record);
  }
  if (!any) return false;
  Settle(policy, now, record);
  return true;
}

void Consent(const v1::AccessPolicy& policy, absl::Time now, CaseAccess& record) {
  record.set_consulting(false);
  Settle(policy, now, record);
}

bool HasConsent(const CaseAccess& record) {
  return std::all_of(record.consents().begin(), record.consents().end(),
                     [](const v1::ReportConsent& one) { return one.given(); });
}

bool DecideConsent(const v1::ReportConsent& decision, CaseAccess& record) {
  v1::ReportConsent* known = FindConsent(decision.report(), record);
  if (known == nullptr) {
    *record.add_consents() = decision;
    return true;
  }
  if (decision.version() <= known->version()) return false;
  *known = decision;
  return true;
}

void EndConsent(std::string_view report, CaseAccess& record) {
  v1::ReportConsent* known = FindConsent(report, record);
  if (known != nullptr) known->set_given(false);
}

bool IsIdentified(const CaseAccess& record) {
  if (!record.own_people()) return true;
  return !record.slots().empty() &&
         std::all_of(record.slots().begin(), record.slots().end(),
                     [](const ActorSlot& slot) { return slot.closed(); });
}

bool IsExcluded(std::string_view person, const CaseAccess& record) {
  return std::any_of(record.exclusions().begin(), record.exclusions().end(),
                     [&](const CaseExclusion& one) { return one.person() == person; });
}

bool MayBeGiven(std::string_view person, const CaseAccess& record, const v1::AccessPolicy& policy) {
  if (IsExcluded(person, record)) return false;
  return std::none_of(policy.roster().begin(), policy.roster().end(),
                      [&](const v1::RosterEntry& entry) {
                        return entry.person() == person && IsOut(entry, record);
                      });
}

int AudienceOf(const CaseAccess& record) {
  const int handlers = record.handlers_only() ? kOfHandlers : 0;
  if (record.consulting()) return static_cast<int>(Audience::kConsultation) + handlers;
  if (!IsIdentified(record)) return static_cast<int>(Audience::kFirstReaders) + handlers;
  return AudienceOfKind(record.kind()) + handlers;
}

}  // namespace mamori::authz
