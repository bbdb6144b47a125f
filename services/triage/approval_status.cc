#include "services/triage/approval_status.h"

#include "absl/strings/str_cat.h"
#include "common/status/errors.h"

namespace mamori::triage {

absl::Status NobodyDecides(const ApprovalFacts& facts, const WhoDecides& who) {
  return status::Error(
      absl::StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_APPROVERS_EXHAUSTED,
      absl::StrCat("of ", facts.rule.approvals(), " approvals that are needed ", who.could,
                   " could be given: the others of the roster have proposed it, are kept out of "
                   "the case or lack the roles; and the policy names nobody outside who could "
                   "decide"));
}

absl::Status NotAllowed(const char* why) {
  return status::Error(absl::StatusCode::kPermissionDenied,
                       mamori::v1::ERROR_REASON_APPROVER_NOT_ALLOWED, why);
}

absl::Status StatusOf(ApprovalAnswer answer, const ApprovalFacts& facts) {
  switch (answer) {
    case ApprovalAnswer::kMay:
    case ApprovalAnswer::kMayOutside:
      return absl::OkStatus();
    case ApprovalAnswer::kProposer:
      return NotAllowed("who proposes or revises a measure does not approve it");
    case ApprovalAnswer::kOut:
      return status::NotFound("case");
    case ApprovalAnswer::kComplete:
      return status::StateNotAllowed("it has the approvals that it needs");
    case ApprovalAnswer::kAlready:
      return status::StateNotAllowed("the person has approved it already");
    case ApprovalAnswer::kNobody:
      return NobodyDecides(facts, DecidersOf(facts));
    case ApprovalAnswer::kOnlyOutside:
      return status::StateNotAllowed(
          "fewer than are needed could approve: the outside approver decides (ReferMeasure)");
    case ApprovalAnswer::kNoRole:
      return NotAllowed("no role of the person approves this measure");
    case ApprovalAnswer::kOthersNeeded:
      return NotAllowed("the approvals that are left need a role that the person lacks");
  }
  return NotAllowed("");
}

}  // namespace mamori::triage
