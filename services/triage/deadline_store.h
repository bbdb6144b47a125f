// Where the deadlines of cases are kept, for the verbs on them, the lists, and what fires them.
#ifndef MAMORI_SERVICES_TRIAGE_DEADLINE_STORE_H_
#define MAMORI_SERVICES_TRIAGE_DEADLINE_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/deadline_service.pb.h"
#include "services/triage/case_store.h"
#include "services/triage/deadline_row.h"

namespace mamori::triage {

// A change of a case that is about its deadlines.
struct DeadlineChange {
  CaseChange change;
  DeadlineChanges deadlines;
  v1::Deadline answer;  // of a verb
};

// Whose queue it is, and what of it.
struct QueueFilter {
  std::string tenant;
  v1::DeadlineState state = v1::DEADLINE_STATE_RUNNING;
  std::string company;  // empty for all
  ListViewer viewer;
};

// Where a page ends.
struct QueuePosition {
  int rank = 0;
  int64_t due_micros = 0;
  id::Id deadline_id;
};

struct QueueEntry {
  DeadlineRow deadline;
  CaseRow row;
};

// Every method is one transaction. What is another tenant's does not exist.
class DeadlineStore {
 public:
  virtual ~DeadlineStore() = default;

  // Locks the case, asks `decide` and writes what it says, with the answer. `decide` may be called
  // several times and changes nothing; its errors are returned unchanged. NOT_FOUND.
  using Decide = absl::FunctionRef<absl::StatusOr<DeadlineChange>(
      const CaseRow& row, const std::vector<DeadlineRow>& deadlines)>;
  virtual absl::StatusOr<v1::Deadline> Change(const CallKey& call, std::string_view tenant,
                                              const id::Id& case_id, Decide decide) = 0;

  // First due first.
  virtual absl::StatusOr<std::vector<DeadlineRow>> ListOfCase(std::string_view tenant,
                                                              const id::Id& case_id,
                                                              absl::Time deadline) = 0;
  // At most `limit`, the most urgent first, after `position`. Found through an index: the record of
  // each case decides whether it is shown.
  virtual absl::StatusOr<std::vector<QueueEntry>> ListQueue(
      const QueueFilter& filter, const std::optional<QueuePosition>& position, int limit,
      absl::Time deadline) = 0;

  // Takes at most `limit` timers that are due, and for each writes what `fire` says of its case; no
  // change where nothing is due. FAILED_PRECONDITION of `fire` puts that timer off to `retry_time`.
  // How many timers were taken.
  using FireCase = absl::FunctionRef<absl::StatusOr<std::optional<DeadlineChange>>(
      const CaseRow& row, const std::vector<DeadlineRow>& deadlines)>;
  virtual absl::StatusOr<int> FireDue(absl::Time now, absl::Time retry_time, int limit,
                                      FireCase fire) = 0;
  // Puts off the first timer that is due: it cannot be fired. False when none is due.
  virtual absl::StatusOr<bool> PostponeFirst(absl::Time now, absl::Time retry_time) = 0;

  // What the timers did not do.
  struct Undone {
    int64_t steps = 0;   // of running deadlines, planned before the time that was asked about
    int64_t timers = 0;  // that were missing for them, and are there now
  };
  virtual absl::StatusOr<Undone> Audit(absl::Time planned_before, absl::Time now, int limit) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DEADLINE_STORE_H_
