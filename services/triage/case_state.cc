#include "services/triage/case_state.h"

namespace mamori::triage {
namespace {

// Someone works on it, or will.
bool IsOpen(mamori::v1::CaseState state) {
  switch (state) {
    case mamori::v1::CASE_STATE_RECEIVED:
    case mamori::v1::CASE_STATE_TRIAGED:
    case mamori::v1::CASE_STATE_INVESTIGATING:
    case mamori::v1::CASE_STATE_DECIDING:
    case mamori::v1::CASE_STATE_ACTING:
    case mamori::v1::CASE_STATE_MONITORING:
      return true;
    default:
      return false;
  }
}

std::optional<mamori::v1::CaseState> When(bool allowed, mamori::v1::CaseState to) {
  return allowed ? std::optional(to) : std::nullopt;
}

}  // namespace

std::optional<mamori::v1::CaseState> Next(mamori::v1::CaseState state, Verb verb) {
  switch (verb) {
    case Verb::kClaim:
    case Verb::kAssign:
      return When(IsOpen(state) || state == mamori::v1::CASE_STATE_CONSULTING, state);
    case Verb::kTriage:
      return When(state == mamori::v1::CASE_STATE_RECEIVED, mamori::v1::CASE_STATE_TRIAGED);
    case Verb::kStartInvestigation:
      return When(state == mamori::v1::CASE_STATE_TRIAGED, mamori::v1::CASE_STATE_INVESTIGATING);
    case Verb::kStartDecision:
      return When(state == mamori::v1::CASE_STATE_INVESTIGATING, mamori::v1::CASE_STATE_DECIDING);
    case Verb::kStartAction:
      return When(state == mamori::v1::CASE_STATE_DECIDING, mamori::v1::CASE_STATE_ACTING);
    case Verb::kStartMonitoring:
      return When(state == mamori::v1::CASE_STATE_ACTING, mamori::v1::CASE_STATE_MONITORING);
    case Verb::kClose:
      // Never unread: somebody has judged it first. Never a consultation: reopening it would lead
      // past the reporter's consent; it ends by withdrawal.
      return When(IsOpen(state) && state != mamori::v1::CASE_STATE_RECEIVED,
                  mamori::v1::CASE_STATE_CLOSED);
    case Verb::kReopen:
      return When(state == mamori::v1::CASE_STATE_CLOSED, mamori::v1::CASE_STATE_INVESTIGATING);
    case Verb::kWithdraw:
      // Once measures are under way, they are finished and closed, not dropped.
      return When(state == mamori::v1::CASE_STATE_CONSULTING ||
                      (IsOpen(state) && state != mamori::v1::CASE_STATE_ACTING &&
                       state != mamori::v1::CASE_STATE_MONITORING),
                  mamori::v1::CASE_STATE_WITHDRAWN);
    case Verb::kOpenConsultation:
      return When(state == mamori::v1::CASE_STATE_CONSULTING, mamori::v1::CASE_STATE_RECEIVED);
    case Verb::kAddNote:
      return When(state != mamori::v1::CASE_STATE_UNSPECIFIED &&
                      state != mamori::v1::CASE_STATE_MERGED &&
                      state != mamori::v1::CASE_STATE_DISPOSED,
                  state);
    case Verb::kMerge:
      return When(IsOpen(state), mamori::v1::CASE_STATE_MERGED);
    case Verb::kMergeInto:
      // Not a closed one: what was asked before it was closed was not asked of what would come
      // along.
      return When(IsOpen(state), state);
  }
  return std::nullopt;
}

bool IsFinal(mamori::v1::CaseState state) {
  return state == mamori::v1::CASE_STATE_WITHDRAWN || state == mamori::v1::CASE_STATE_MERGED ||
         state == mamori::v1::CASE_STATE_DISPOSED;
}

bool Joins(mamori::v1::CaseState state, mamori::v1::ReportKind kind) {
  return kind == mamori::v1::REPORT_KIND_CONSULTATION ? state == mamori::v1::CASE_STATE_CONSULTING
                                                      : IsOpen(state);
}

mamori::v1::CaseState OpeningState(mamori::v1::ReportKind kind) {
  return kind == mamori::v1::REPORT_KIND_CONSULTATION ? mamori::v1::CASE_STATE_CONSULTING
                                                      : mamori::v1::CASE_STATE_RECEIVED;
}

}  // namespace mamori::triage
