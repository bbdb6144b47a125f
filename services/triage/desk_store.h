// Where open work is found over cases.
#ifndef MAMORI_SERVICES_TRIAGE_DESK_STORE_H_
#define MAMORI_SERVICES_TRIAGE_DESK_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/triage/list_viewer.h"
#include "services/triage/work_item.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

// What of it is listed. Empty and unset ask nothing.
struct WorkListFilter {
  std::string tenant;
  WorkKind kind = WorkKind::kTask;  // or kPrevention
  std::optional<WorkStage> stage;
  std::string owner;
  std::optional<absl::Time> due_by;
  ListViewer viewer;
};

// Where a page ends.
struct WorkListPosition {
  int64_t due_micros = 0;
  id::Id record_id;
};

// One of the list: the record, with the case that it is of.
struct WorkListEntry {
  CaseRow row;
  WorkRow work;  // sealed until it was opened
  WorkStage stage = WorkStage::kToDo;
  absl::Time due_time;
};

class DeskStore {
 public:
  virtual ~DeskStore() = default;

  // At most `limit`, first due first, after `position`, of cases whose work may still be done.
  // Found through an index: the record of each case decides whether it is shown.
  virtual absl::StatusOr<std::vector<WorkListEntry>> List(
      const WorkListFilter& filter, const std::optional<WorkListPosition>& position, int limit,
      absl::Time deadline) = 0;

  // Opens what they say. Those that were erased meanwhile are left out.
  virtual absl::Status Open(std::vector<WorkListEntry>& entries, absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DESK_STORE_H_
