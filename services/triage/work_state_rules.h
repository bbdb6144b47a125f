// In which states of a case its work is recorded. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_WORK_STATE_RULES_H_
#define MAMORI_SERVICES_TRIAGE_WORK_STATE_RULES_H_

#include "mamori/v1/case.pb.h"

namespace mamori::triage {

enum class WorkVerb {
  kInquire,   // statements, findings, the conclusion
  kMeasure,   // all that leads to a measure, and its outcome
  kReview,    // whether what was done has helped
  kJudge,     // what it is
  kCare,      // care and protection of people
  kPrevent,   // what is done so that it does not happen again
  kTask,      // the desk's own work, to be done
  kEndTask,   // that it is done
  kDisclose,  // what data subjects ask
  kLeak,      // what leaked
  kOwed,      // what is owed of one of those two, wherever its case went
};

bool Allows(mamori::v1::CaseState state, WorkVerb verb);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_WORK_STATE_RULES_H_
