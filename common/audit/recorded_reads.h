// Who read what, as an audit has it.
#ifndef MAMORI_COMMON_AUDIT_RECORDED_READS_H_
#define MAMORI_COMMON_AUDIT_RECORDED_READS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/id/id.h"

namespace mamori::audit {

// What is asked for.
struct ReadsQuestion {
  Kind kind = Kind::kCaseReads;  // or kReportReads
  std::string tenant;
  std::set<id::Id> resources;
  // Where it is named: by this person alone, and of whatever resource when `resources` is empty.
  std::string person;
  absl::Time from;
  absl::Time to;
};

// That a person read a resource in one way, as often as it was.
struct RecordedRead {
  id::Id resource_id;
  std::string person;
  std::string action;
  int64_t count = 0;
  absl::Time first;  // the end of its day where that is all that was told
  absl::Time last;
};

struct RecordedReads {
  std::vector<RecordedRead> reads;  // by resource, person and action
  // Rows in the window that the service did not write: what they say is left out.
  int64_t unbelieved = 0;
};

// How many rows of the audit one question looks through at most.
inline constexpr int64_t kMaxRowsOfReads = 200'000;

// FAILED_PRECONDITION (STATE_NOT_ALLOWED) for a window with more rows than that; the errors of
// common/db.
absl::StatusOr<RecordedReads> FindReads(db::Transactor& transactor,
                                        const Authenticator& authenticator,
                                        const ReadsQuestion& question, absl::Time deadline);

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_RECORDED_READS_H_
