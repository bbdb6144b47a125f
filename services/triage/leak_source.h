// Where a leak's readers are known from: the access records, and the audits of both services.
#ifndef MAMORI_SERVICES_TRIAGE_LEAK_SOURCE_H_
#define MAMORI_SERVICES_TRIAGE_LEAK_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "services/triage/case_row.h"
#include "services/triage/leak_rules.h"

namespace mamori::triage {

// What one person has read.
struct ReadBy {
  std::vector<id::Id> cases;
  std::vector<id::Id> reports;
  int64_t unbelieved_rows = 0;
};

class LeakSource {
 public:
  virtual ~LeakSource() = default;

  // What is known of who read the case and these reports of it. FAILED_PRECONDITION for a window in
  // which too much was read; UNAVAILABLE when an audit cannot be asked. Thread safe.
  virtual absl::StatusOr<LeakEvidence> Find(const server::CallContext& call, const CaseRow& row,
                                            const std::vector<id::Id>& reports, absl::Time from,
                                            absl::Time to) = 0;
  // What the person has read within the window, of the caller's tenant. As Find.
  virtual absl::StatusOr<ReadBy> FindReadBy(const server::CallContext& call,
                                            const std::string& person, absl::Time from,
                                            absl::Time to) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_LEAK_SOURCE_H_
