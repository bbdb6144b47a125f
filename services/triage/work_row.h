// What people record of a case, as the store keeps it: nothing of it is ever overwritten.
#ifndef MAMORI_SERVICES_TRIAGE_WORK_ROW_H_
#define MAMORI_SERVICES_TRIAGE_WORK_ROW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/id/id.h"
#include "services/triage/act_time.h"
#include "services/triage/case_row.h"

namespace mamori::triage {

// What a record is; says which message its body holds. Numbers are stored.
enum class WorkKind {
  kStatement = 1,
  kFinding = 2,
  kConclusion = 3,
  kMeasure = 4,
  kJudgement = 5,
  kCare = 6,
  kPrevention = 7,
  kTask = 8,
  kDetrimentRisk = 9,
  kRetaliation = 10,
  kHearing = 150,
  kDisclosure = 151,
  kLeak = 152,
  kReopening = 280,
};

// One version of one record.
struct WorkRow {
  id::Id row_id;
  id::Id record_id;
  WorkKind kind = WorkKind::kStatement;
  int64_t version = 0;
  std::string author;
  absl::Time create_time;
  std::string body;  // serialized; the one column that holds content
  // Of one that was read.
  id::Id case_id = {};
  int64_t sequence = 0;
};

// A case with all that a decision about its work looks at.
struct CaseFile {
  CaseRow row;
  std::vector<id::Id> reports;
  // The newest version of each record, in the order in which the records were begun.
  std::vector<WorkRow> work;
  // By what decisions that run out are judged.
  ActTime time;
};

// A case that is opened by the work on another one.
struct WorkOpened {
  CaseChange change;
  std::vector<WorkRow> rows;
  id::Id moved_report;  // of the other case; empty for none
};

// A change of a case together with what it records, in this order.
struct WorkChange {
  std::optional<CaseChange> change;  // nothing when the case itself stays as it is
  std::vector<WorkRow> rows;         // none then
  std::optional<WorkOpened> opened;
  std::string answer;  // the serialized response
  // The time of the decision is remembered against clocks that are set back.
  bool leaves_mark = false;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_WORK_ROW_H_
