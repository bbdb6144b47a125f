// The streams of WatchCases.
#ifndef MAMORI_SERVICES_TRIAGE_WATCH_H_
#define MAMORI_SERVICES_TRIAGE_WATCH_H_

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/triage_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/access_store.h"
#include "services/triage/watch_hub.h"
#include "services/triage/watch_store.h"

namespace mamori::triage {

class Watch {
 public:
  struct Options {
    int max_streams = 16;  // each holds a handler's thread
    absl::Duration heartbeat = absl::Seconds(20);
    absl::Duration poll = absl::Milliseconds(250);
  };
  struct Access {
    AccessStore& store;
    const AccessGate& gate;
  };
  Watch(WatchStore& store, WatchHub& hub, Access access, const idempotency::PageTokens& tokens,
        const time::Clock& clock, Options options)
      : store_(store),
        hub_(hub),
        access_(access),
        tokens_(tokens),
        clock_(clock),
        options_(options) {}

  // Blocks until the client goes or the service stops. RESOURCE_EXHAUSTED beyond the bound on
  // streams. Of each event it is decided when it is sent whether the caller may see its cases.
  absl::Status Run(const server::CallContext& call, const v1::WatchCasesRequest& request,
                   const std::function<bool()>& cancelled,
                   const std::function<bool(const v1::WatchCasesResponse&)>& write);

 private:
  using Write = std::function<bool(const v1::WatchCasesResponse&)>;
  struct Stream {
    const authz::Viewer viewer;
    const Write& write;
    int64_t position = 0;      // everything up to it has been sent
    absl::Duration last_sent;  // monotonic
    bool gone = false;         // the client
  };

  // The position to go on from.
  absl::StatusOr<int64_t> Begin(const authz::Viewer& viewer, const std::string& resume_token);
  absl::Status Follow(const server::CallContext& call, Stream& stream,
                      const std::function<bool()>& cancelled);
  // Sends what there is up to `head`.
  absl::Status SendUpTo(int64_t head, Stream& stream);
  // Leaves out what the stream's person may not see now.
  absl::StatusOr<std::vector<WatchEntry>> KeepReadable(const std::vector<WatchEntry>& entries,
                                                       const Stream& stream);
  // `event` is empty for a heartbeat.
  absl::Status Send(int64_t position, const std::string& event, Stream& stream);

  WatchStore& store_;
  WatchHub& hub_;
  const Access access_;
  const idempotency::PageTokens& tokens_;
  const time::Clock& clock_;
  const Options options_;
  std::atomic<int> streams_{0};
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_WATCH_H_
