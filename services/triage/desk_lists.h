// What a desk has to do over all cases that a person may see.
#ifndef MAMORI_SERVICES_TRIAGE_DESK_LISTS_H_
#define MAMORI_SERVICES_TRIAGE_DESK_LISTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/reads.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/desk_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/desk_store.h"

namespace mamori::triage {

class DeskLists {
 public:
  struct Dependencies {
    DeskStore& store;
    const AccessGate& gate;
    const time::Clock& clock;
    const idempotency::PageTokens& tokens;
    // Where it is recorded whose case was read; null records nothing, for tests.
    audit::ReadLog* reads = nullptr;
  };
  explicit DeskLists(Dependencies dependencies) : d_(dependencies) {}

  absl::StatusOr<v1::ListOpenTasksResponse> Tasks(const server::CallContext& call,
                                                  const v1::ListOpenTasksRequest& request);
  absl::StatusOr<v1::ListOpenPreventionResponse> Prevention(
      const server::CallContext& call, const v1::ListOpenPreventionRequest& request);

 private:
  struct Page {
    std::vector<WorkListEntry> entries;  // opened
    std::string next_token;
    absl::Time now;
  };
  // Of `kind` and `stage`, as the request asks.
  template <typename Request>
  absl::StatusOr<Page> Read(const server::CallContext& call, const Request& request, WorkKind kind,
                            std::optional<WorkStage> stage);
  absl::Status RecordReads(const server::CallContext& call,
                           const std::vector<WorkListEntry>& entries) const;

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DESK_LISTS_H_
