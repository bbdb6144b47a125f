// What people do with deadlines, and the desk's queue.
#ifndef MAMORI_SERVICES_TRIAGE_DEADLINES_H_
#define MAMORI_SERVICES_TRIAGE_DEADLINES_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/reads.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/deadline_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/case_store.h"
#include "services/triage/clock_books.h"
#include "services/triage/deadline_store.h"

namespace mamori::triage {

class Deadlines {
 public:
  struct Dependencies {
    CaseStore& cases;
    DeadlineStore& store;
    const AccessGate& gate;
    ClockBooks& clocks;
    const time::Clock& clock;
    id::IdSource& ids;
    // Called after a change of a case.
    std::function<void()> committed;
    const idempotency::PageTokens& tokens;
    // Where it is recorded whose case was read; null records nothing, for tests.
    audit::ReadLog* reads = nullptr;
  };
  explicit Deadlines(Dependencies dependencies) : d_(std::move(dependencies)) {}

  using DeadlineOr = absl::StatusOr<v1::Deadline>;
  using ListOr = absl::StatusOr<v1::ListDeadlinesResponse>;
  ListOr List(const server::CallContext& call, const v1::ListDeadlinesRequest& request);
  DeadlineOr Start(const server::CallContext& call, const v1::StartClockRequest& request);
  DeadlineOr Pause(const server::CallContext& call, const v1::PauseDeadlineRequest& request);
  DeadlineOr Resume(const server::CallContext& call, const v1::ResumeDeadlineRequest& request);
  DeadlineOr Complete(const server::CallContext& call, const v1::CompleteDeadlineRequest& request);

 private:
  // What a verb does, given the case's own facts and clocks.
  struct Scene {
    const ClockBook& book;
    const ClockFacts facts;
    const std::vector<DeadlineRow>& deadlines;
    const ClockAct act;
    const bool anonymous;
  };
  using Effect = absl::FunctionRef<absl::StatusOr<DeadlineChanges>(const Scene& scene)>;
  template <typename Request>
  DeadlineOr Do(const server::CallContext& call, const Request& request, Effect effect);
  // The same to the deadline that the request names.
  using OneEffect = absl::FunctionRef<absl::StatusOr<DeadlineChanges>(const Scene& scene,
                                                                      const DeadlineRow& row)>;
  template <typename Request>
  DeadlineOr DoToOne(const server::CallContext& call, const Request& request, OneEffect effect);

  ListOr ListOfCase(const server::CallContext& call, const v1::ListDeadlinesRequest& request);
  ListOr ListQueue(const server::CallContext& call, const v1::ListDeadlinesRequest& request);
  absl::StatusOr<std::vector<QueueEntry>> ReadableQueue(const server::CallContext& call,
                                                        const QueueFilter& filter,
                                                        std::optional<QueuePosition> position,
                                                        size_t limit);

  const Dependencies d_;
};

// What clocks look at in a case that is open already.
ClockFacts FactsOf(const CaseRow& row);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DEADLINES_H_
