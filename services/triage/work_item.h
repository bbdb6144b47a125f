// What a record of open work waits for.
#ifndef MAMORI_SERVICES_TRIAGE_WORK_ITEM_H_
#define MAMORI_SERVICES_TRIAGE_WORK_ITEM_H_

namespace mamori::triage {

// Numbers are stored, and those of v1::PreventionStage.
enum class WorkStage { kToDo = 1, kToReview = 2 };

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_WORK_ITEM_H_
