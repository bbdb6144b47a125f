#include "services/triage/two_person_rules.h"

#include <algorithm>

#include "common/status/errors.h"
#include "services/triage/retention_rules.h"

namespace mamori::triage {
namespace {

using absl::StatusCode;
using mamori::v1::CaseAccess;

constexpr absl::Duration kWait = absl::Hours(1);
constexpr absl::Duration kEmergencyWait = absl::Minutes(5);
constexpr absl::Duration kExpiry = absl::Hours(24);

absl::Duration Or(const google::protobuf::Duration& given, bool has, absl::Duration otherwise) {
  return has ? absl::Seconds(given.seconds()) + absl::Nanoseconds(given.nanos()) : otherwise;
}

absl::Time TimeOf(const google::protobuf::Timestamp& stamp) {
  return absl::FromUnixSeconds(stamp.seconds()) + absl::Nanoseconds(stamp.nanos());
}

absl::Status NotReady(std::string_view message) {
  return status::Error(StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_ACT_NOT_READY,
                       message);
}

absl::Status NotThisPerson(std::string_view message) {
  return status::Error(StatusCode::kPermissionDenied,
                       mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED, message);
}

absl::Status Mismatch(std::string_view message) {
  return status::Error(StatusCode::kAborted, mamori::v1::ERROR_REASON_ACT_MISMATCH, message);
}

// What holds for approving and doing alike.
absl::Status CheckLive(const v1::TwoPersonAct& act, std::string_view hash, const ActFacts& facts) {
  if (absl::Status status = CheckClock(facts.time); !status.ok()) return status;
  if (Effective(facts.time) >= TimeOf(act.expire_time())) {
    return status::Error(StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_ACT_EXPIRED,
                         "the act has lapsed");
  }
  if (act.hash().empty() || hash != act.hash()) return Mismatch("another hash was approved");
  if (act.resource_version() != facts.resource_version) {
    return Mismatch("the resource has changed since the act was requested");
  }
  return absl::OkStatus();
}

absl::Status CheckPair(std::string_view one, std::string_view other, const ActFacts& facts) {
  if (one.empty() || other.empty() || one == other) {
    return NotThisPerson("two different persons are needed");
  }
  const auto dependent = [&](const CaseAccess& access) {
    return LetIn(one, other, access) || LetIn(other, one, access);
  };
  bool any = std::any_of(facts.access.begin(), facts.access.end(),
                         [&](const CaseAccess* access) { return dependent(*access); });
  if (facts.past != nullptr) {
    if (!facts.past->whole) {
      return NotThisPerson("who let whom into the case cannot be told: records of it are missing");
    }
    any = any || std::any_of(facts.past->records.begin(), facts.past->records.end(),
                             [&](const PastAccess& past) { return dependent(past.access); });
  }
  return any ? NotThisPerson("one of both let the other into the case") : absl::OkStatus();
}

// By name, or by the department that the person was of when approving.
bool IsKeptOut(const v1::ActApproval& one, const CaseAccess& access) {
  const auto& departments = access.excluded_departments();
  if (!departments.empty() &&
      (one.department().empty() ||
       std::find(departments.begin(), departments.end(), one.department()) != departments.end())) {
    return true;
  }
  return std::any_of(access.exclusions().begin(), access.exclusions().end(),
                     [&](const auto& out) { return out.person() == one.person(); });
}

}  // namespace

const ActKindRule* RuleOf(v1::ActKind kind) {
  static const auto* const kRules = new std::vector<ActKindRule>{
      {v1::ACT_KIND_REMOVE_EXCLUSION, {"cases"}, {"person"}, true},
      {v1::ACT_KIND_RELEASE_HOLD, {"holds"}, {}, false},
      {v1::ACT_KIND_DISPOSE_CASE, {"cases"}, {}, false},
      {v1::ACT_KIND_UNSEAL_IDENTITY, {"cases"}, {"report"}, true},
      {v1::ACT_KIND_TRAIN_OPINION, {"policies"}, {}, false},
      {v1::ACT_KIND_DISPOSE_RECORD, {kSubjectRequestNames, kBreachNames}, {}, false},
  };
  const auto found = std::find_if(kRules->begin(), kRules->end(),
                                  [&](const ActKindRule& one) { return one.kind == kind; });
  return found == kRules->end() ? nullptr : &*found;
}

ActPeriods PeriodsOf(const mamori::v1::TwoPersonPolicy& policy, bool emergency) {
  const absl::Duration wait = Or(policy.wait(), policy.has_wait(), kWait);
  const absl::Duration shorter =
      Or(policy.emergency_wait(), policy.has_emergency_wait(), kEmergencyWait);
  return {.wait = emergency ? std::min(wait, shorter) : wait,
          .expiry = Or(policy.expiry(), policy.has_expiry(), kExpiry)};
}

bool LetIn(std::string_view one, std::string_view other, const CaseAccess& access) {
  return std::any_of(access.members().begin(), access.members().end(), [&](const auto& member) {
    return member.person() == other && member.added_by() == one;
  });
}

absl::Status CheckApprove(const v1::TwoPersonAct& act, std::string_view person,
                          std::string_view hash, const ActFacts& facts) {
  if (act.state() != v1::ACT_STATE_REQUESTED || act.approvals_size() != 1) {
    return NotReady("the act does not wait for a second person");
  }
  if (absl::Status status = CheckLive(act, hash, facts); !status.ok()) return status;
  return CheckPair(act.approvals(0).person(), person, facts);
}

absl::Status CheckWithdraw(const v1::TwoPersonAct& act) {
  if (act.state() == v1::ACT_STATE_REQUESTED || act.state() == v1::ACT_STATE_APPROVED) {
    return absl::OkStatus();
  }
  return NotReady("the act was used or withdrawn");
}

absl::Status CheckUse(const v1::TwoPersonAct& act, std::string_view person, std::string_view hash,
                      const ActFacts& facts) {
  if (act.state() != v1::ACT_STATE_APPROVED || act.approvals_size() != 2) {
    return NotReady("the act is not approved, or was used or withdrawn");
  }
  if (absl::Status status = CheckLive(act, hash, facts); !status.ok()) return status;
  const std::string& first = act.approvals(0).person();
  const std::string& second = act.approvals(1).person();
  // The record may have changed since they approved: both are looked at again.
  if (absl::Status status = CheckPair(first, second, facts); !status.ok()) return status;
  for (const CaseAccess* access : facts.access) {
    if (IsKeptOut(act.approvals(0), *access) || IsKeptOut(act.approvals(1), *access)) {
      return NotThisPerson("one of both is kept out of the case by now");
    }
  }
  if (person != first && person != second) return NotThisPerson("neither of the two");
  if (Effective(facts.time) < TimeOf(act.not_before_time())) {
    return NotReady("the act's wait is not over");
  }
  return absl::OkStatus();
}

}  // namespace mamori::triage
