#include "services/triage/approval_rules.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <set>

namespace mamori::triage {
namespace {

using mamori::v1::ApprovalRule;
using v1::MeasureApproval;

template <typename List>
bool Names(const List& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

template <typename Roles>
bool HasRole(const ApprovalRule& rule, const Roles& roles) {
  return std::any_of(rule.roles().begin(), rule.roles().end(),
                     [&](const std::string& role) { return Names(roles, role); });
}

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(timestamp));
}

// Those that count, of the rule's own approvers and by the outside approver.
struct Counted {
  std::vector<const MeasureApproval*> inside;
  bool outside = false;
};

Counted CountedOf(const ApprovalFacts& facts) {
  Counted counted;
  for (const MeasureApproval& approval : facts.measure.approvals()) {
    if (FaultOf(approval, facts) != v1::APPROVAL_FAULT_UNSPECIFIED) continue;
    if (approval.outside()) {
      counted.outside = true;
    } else if (std::none_of(counted.inside.begin(), counted.inside.end(), [&](const auto* one) {
                 return one->approver() == approval.approver();
               })) {
      counted.inside.push_back(&approval);
    }
  }
  return counted;
}

// The needed roles that nobody of `counted` holds.
std::vector<std::string> MissingRoles(const ApprovalRule& rule, const Counted& counted) {
  std::vector<std::string> missing;
  for (const std::string& role : rule.needed_roles()) {
    if (std::none_of(counted.inside.begin(), counted.inside.end(),
                     [&](const auto* one) { return Names(one->roles(), role); })) {
      missing.push_back(role);
    }
  }
  return missing;
}

bool IsComplete(const ApprovalRule& rule, const Counted& counted) {
  return counted.outside || (static_cast<int>(counted.inside.size()) >= rule.approvals() &&
                             MissingRoles(rule, counted).empty());
}

// May be asked at all: neither whose proposal it is nor kept out.
bool IsFree(const ApprovalPerson& person, const ApprovalFacts& facts) {
  return !Names(facts.measure.proposers(), person.person) && !facts.is_out(person);
}

}  // namespace

const ApprovalRule* ApprovalRuleOf(const mamori::v1::Policy& policy, std::string_view measure) {
  const ApprovalRule* other = nullptr;
  for (const ApprovalRule& rule : policy.approval_rules()) {
    if (Names(rule.measures(), measure)) return &rule;
    if (rule.measures().empty() && other == nullptr) other = &rule;
  }
  return other;
}

v1::ApprovalFault FaultOf(const MeasureApproval& approval, const ApprovalFacts& facts) {
  if (approval.has_revoke_time()) return v1::APPROVAL_FAULT_REVOKED;
  if (Names(facts.measure.proposers(), approval.approver())) return v1::APPROVAL_FAULT_PROPOSER;
  if (facts.is_out({.person = approval.approver(),
                    .roles = {approval.roles().begin(), approval.roles().end()},
                    .department = approval.department()})) {
    return v1::APPROVAL_FAULT_EXCLUDED;
  }
  if (approval.digest() != facts.digest) return v1::APPROVAL_FAULT_CHANGED;
  if (facts.now >= TimeOf(approval.expire_time())) return v1::APPROVAL_FAULT_EXPIRED;
  return v1::APPROVAL_FAULT_UNSPECIFIED;
}

bool IsApproved(const ApprovalFacts& facts) { return IsComplete(facts.rule, CountedOf(facts)); }

WhoDecides DecidersOf(const ApprovalFacts& facts) {
  const ApprovalRule& rule = facts.rule;
  const Counted counted = CountedOf(facts);
  std::set<std::string> could;
  for (const MeasureApproval* one : counted.inside) could.insert(one->approver());
  std::vector<std::string> missing = MissingRoles(rule, counted);
  for (const ApprovalPerson& person : facts.roster) {
    if (!HasRole(rule, person.roles) || !IsFree(person, facts)) continue;
    could.insert(person.person);
    missing.erase(std::remove_if(missing.begin(), missing.end(),
                                 [&](const auto& role) { return Names(person.roles, role); }),
                  missing.end());
  }
  WhoDecides who{.could = static_cast<int>(could.size())};
  if (IsComplete(rule, counted) || (who.could >= rule.approvals() && missing.empty())) return who;
  who.deciders = Deciders::kNobody;
  for (const std::string& outside : rule.outside_approvers()) {
    if (!IsFree({.person = outside}, facts)) continue;
    who.deciders = Deciders::kOutside;
    who.outside = outside;
    break;
  }
  return who;
}

ApprovalAnswer MayApprove(const ApprovalPerson& person, const ApprovalFacts& facts) {
  const ApprovalRule& rule = facts.rule;
  if (Names(facts.measure.proposers(), person.person)) return ApprovalAnswer::kProposer;
  if (facts.is_out(person)) return ApprovalAnswer::kOut;
  const Counted counted = CountedOf(facts);
  if (IsComplete(rule, counted)) return ApprovalAnswer::kComplete;
  for (const MeasureApproval* one : counted.inside) {
    if (one->approver() == person.person) return ApprovalAnswer::kAlready;
  }
  const WhoDecides who = DecidersOf(facts);
  if (who.deciders == Deciders::kNobody) return ApprovalAnswer::kNobody;
  if (who.deciders == Deciders::kOutside) {
    return person.person == who.outside ? ApprovalAnswer::kMayOutside
                                        : ApprovalAnswer::kOnlyOutside;
  }
  if (!HasRole(rule, person.roles)) return ApprovalAnswer::kNoRole;
  int missing = 0;
  for (const std::string& role : MissingRoles(rule, counted)) missing += !Names(person.roles, role);
  // Never more than the rule wants: who comes now must leave places for the roles that it needs.
  const int left = rule.approvals() - static_cast<int>(counted.inside.size()) - 1;
  return missing > left ? ApprovalAnswer::kOthersNeeded : ApprovalAnswer::kMay;
}

bool MayReject(const ApprovalPerson& person, const ApprovalFacts& facts) {
  if (facts.is_out(person)) return false;
  return Names(facts.measure.proposers(), person.person) || HasRole(facts.rule, person.roles) ||
         Names(facts.rule.outside_approvers(), person.person);
}

int CountOf(const ApprovalFacts& facts) {
  const Counted counted = CountedOf(facts);
  return static_cast<int>(counted.inside.size()) + counted.outside;
}

}  // namespace mamori::triage
