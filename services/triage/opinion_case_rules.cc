#include "services/triage/opinion_case_rules.h"

namespace mamori::triage {

bool MayTrainFrom(mamori::v1::CaseState state, bool anonymous) {
  if (anonymous) return false;
  return state != mamori::v1::CASE_STATE_UNSPECIFIED &&
         state != mamori::v1::CASE_STATE_CONSULTING && state != mamori::v1::CASE_STATE_WITHDRAWN &&
         state != mamori::v1::CASE_STATE_MERGED && state != mamori::v1::CASE_STATE_DISPOSED;
}

std::optional<bool> ConfirmedAs(v1::Verdict verdict) {
  if (verdict == v1::VERDICT_HARASSMENT) return true;
  if (verdict == v1::VERDICT_NO_HARASSMENT || verdict == v1::VERDICT_LEGITIMATE_COMPLAINT) {
    return false;
  }
  return std::nullopt;
}

bool MayTrainFrom(const mamori::v1::Report& report) {
  return !report.withdrawn() && report.reporter_mode() != mamori::v1::REPORTER_MODE_ANONYMOUS;
}

}  // namespace mamori::triage
