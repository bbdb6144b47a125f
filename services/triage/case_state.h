// The states of a case: one pure transition table.
#ifndef MAMORI_SERVICES_TRIAGE_CASE_STATE_H_
#define MAMORI_SERVICES_TRIAGE_CASE_STATE_H_

#include <optional>

#include "mamori/v1/case.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::triage {

// What can be done to a case.
enum class Verb {
  kClaim,
  kAssign,
  kTriage,
  kStartInvestigation,
  kStartDecision,
  kStartAction,
  kStartMonitoring,
  kClose,
  kReopen,
  kWithdraw,
  kOpenConsultation,
  kAddNote,
  kMerge,      // it becomes the tombstone
  kMergeInto,  // it goes on
};

// The state after `verb`, the same one for verbs that leave it; nothing when the state does not
// allow it.
std::optional<mamori::v1::CaseState> Next(mamori::v1::CaseState state, Verb verb);

// No verb leads out of it.
bool IsFinal(mamori::v1::CaseState state);

// Whether a report of `kind` that names a case joins it. Finished work is not joined: the report
// would not be seen. Consultations stay among themselves, because their desk is another one.
bool Joins(mamori::v1::CaseState state, mamori::v1::ReportKind kind);

// The state in which a report of `kind` opens its case.
mamori::v1::CaseState OpeningState(mamori::v1::ReportKind kind);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASE_STATE_H_
