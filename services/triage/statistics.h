// Counts months when they have ended, and tells what was counted.
#ifndef MAMORI_SERVICES_TRIAGE_STATISTICS_H_
#define MAMORI_SERVICES_TRIAGE_STATISTICS_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/idempotency/page_token.h"
#include "common/policy/policy.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/statistics_service.pb.h"
#include "services/triage/case_content.h"
#include "services/triage/statistics_store.h"

namespace mamori::triage {

class Statistics {
 public:
  Statistics(StatisticsStore& store, const idempotency::PageTokens& tokens)
      : store_(store), tokens_(tokens) {}

  absl::StatusOr<v1::Statistics> Get(const server::CallContext& call,
                                     const v1::GetStatisticsRequest& request);
  absl::StatusOr<v1::ListStatisticsResponse> List(const server::CallContext& call,
                                                  const v1::ListStatisticsRequest& request);

 private:
  StatisticsStore& store_;
  const idempotency::PageTokens& tokens_;
};

// Publishes the months that have ended, for every tenant that has cases; whoever holds the lease
// does it for all replicas. A month that nobody counted while it was the last one, during an
// outage, say, is counted later, up to two years back, but for how many cases were open at its end.
class StatisticsPublisher {
 public:
  using Believed = std::function<absl::StatusOr<absl::Time>()>;
  // `policy` is that of this process's file: its first calendar says when a month ends. `believed`
  // is asked what the time is, as a month that a clock which is ahead counted stays as it is; null
  // believes the clock.
  StatisticsPublisher(StatisticsStore& store, const sealing::Sealer& sealer,
                      std::shared_ptr<const policy::PolicyVersion> policy, const time::Clock& clock,
                      Believed believed = nullptr)
      : store_(store),
        content_(sealer),
        policy_(std::move(policy)),
        clock_(clock),
        believed_(std::move(believed)) {}

  // One tenant's month; true when there may be more. One that cannot be counted keeps back no other
  // one: its error is returned when nothing else is left to do. For a Periodic.
  absl::StatusOr<bool> RunOnce();

 private:
  absl::Status PublishMonth(const worker::Lease& lease, const TenantMonth& one, bool is_last,
                            absl::Time now);
  // Opens what was decided, some hundred records at a time, and keeps the numbers alone.
  absl::StatusOr<Decisions> CountDecided(const std::string& tenant, absl::Time begin,
                                         absl::Time end);

  StatisticsStore& store_;
  const CaseContent content_;
  const std::shared_ptr<const policy::PolicyVersion> policy_;
  const time::Clock& clock_;
  const Believed believed_;
  // What could not be counted is tried after the rest: "{tenant} {month}".
  std::set<std::string> failed_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_STATISTICS_H_
