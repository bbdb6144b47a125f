#include "services/triage/work_state_rules.h"

namespace mamori::triage {
namespace {

// A person has judged what it is, and the work is not done.
bool IsJudged(mamori::v1::CaseState state) {
  switch (state) {
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

}  // namespace

bool Allows(mamori::v1::CaseState state, WorkVerb verb) {
  switch (verb) {
    case WorkVerb::kInquire:
      // What a person says is taken down when it is said, also before anybody has judged the case.
      return IsJudged(state) || state == mamori::v1::CASE_STATE_RECEIVED;
    case WorkVerb::kMeasure:
    case WorkVerb::kJudge:
      return IsJudged(state);
    case WorkVerb::kReview:
    case WorkVerb::kPrevent:
      // What let the case end, or waits for a decision, is still done and decided after it.
      return IsJudged(state) || state == mamori::v1::CASE_STATE_CLOSED ||
             state == mamori::v1::CASE_STATE_WITHDRAWN;
    case WorkVerb::kEndTask:
      // Nothing that somebody was to do is lost when the case ends: it stays on the list.
    case WorkVerb::kCare:
    case WorkVerb::kDisclose:
    case WorkVerb::kLeak:
      // People are looked after whatever becomes of the case, and so is what is known of them; a
      // tombstone has none left, nor has what was disposed of.
      return state != mamori::v1::CASE_STATE_UNSPECIFIED &&
             state != mamori::v1::CASE_STATE_MERGED && state != mamori::v1::CASE_STATE_DISPOSED;
    case WorkVerb::kOwed:
      // Also at a tombstone, which such a record stays with: people wait for the answer.
      return state != mamori::v1::CASE_STATE_UNSPECIFIED &&
             state != mamori::v1::CASE_STATE_DISPOSED;
    case WorkVerb::kTask:
      return IsJudged(state) || state == mamori::v1::CASE_STATE_RECEIVED ||
             state == mamori::v1::CASE_STATE_CONSULTING;
  }
  return false;
}

}  // namespace mamori::triage
