// Where the numbers of months are counted and kept.
#ifndef MAMORI_SERVICES_TRIAGE_STATISTICS_STORE_H_
#define MAMORI_SERVICES_TRIAGE_STATISTICS_STORE_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/worker/lease.h"
#include "services/triage/statistics_rules.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

class StatisticsStore {
 public:
  virtual ~StatisticsStore() = default;

  // A month's own bytes; NOT_FOUND.
  virtual absl::StatusOr<v1::Statistics> Get(std::string_view tenant, int month,
                                             absl::Time deadline) = 0;
  // At most `limit`, newest first, before `before` where it is given.
  virtual absl::StatusOr<std::vector<v1::Statistics>> List(std::string_view tenant,
                                                           std::optional<int> before, int limit,
                                                           absl::Time deadline) = 0;

  // The publisher's. Nothing while another has the lease.
  virtual absl::StatusOr<std::optional<worker::Lease>> TryLease(absl::Duration ttl) = 0;
  // Every tenant that has cases: when its first was opened, and which months are published.
  struct Published {
    std::string tenant;
    absl::Time first;
    std::set<int> months;
  };
  virtual absl::StatusOr<std::vector<Published>> PublishedOfAll() = 0;
  virtual absl::StatusOr<MonthCounts> Count(std::string_view tenant, absl::Time begin,
                                            absl::Time end) = 0;
  // Conclusions, judgements and measures recorded in [begin, end), sealed as they are stored: at
  // most `limit`, in the order of their times and rows, after `after` where there is one.
  virtual absl::StatusOr<std::vector<WorkRow>> Decided(std::string_view tenant, absl::Time begin,
                                                       absl::Time end,
                                                       const std::optional<WorkRow>& after,
                                                       int limit) = 0;
  // FAILED_PRECONDITION when the lease is another's by now, ALREADY_EXISTS when the month is there.
  virtual absl::Status Publish(const worker::Lease& lease, std::string_view tenant, int month,
                               const v1::Statistics& statistics, absl::Time now) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_STATISTICS_STORE_H_
