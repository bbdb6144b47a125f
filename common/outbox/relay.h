// Publishes committed outbox rows: holds leases on shards, reads, publishes, deletes what was
// taken.
#ifndef MAMORI_COMMON_OUTBOX_RELAY_H_
#define MAMORI_COMMON_OUTBOX_RELAY_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "mamori/v1/event.pb.h"

namespace mamori::outbox {

// Hands a batch to the receiver. One status per event, or an error for the whole batch. Blocks at
// most until `deadline`.
using Publisher = std::function<absl::StatusOr<std::vector<absl::Status>>(
    const std::vector<mamori::v1::Event>& events, absl::Time deadline)>;

struct RelayOptions {
  // One pass. Larger ones are a little cheaper, but whoever comes after stands idle until the whole
  // batch is through: with everything busy, four times as much arrived with this as with 500.
  int batch = 128;
  absl::Duration lease = absl::Seconds(5);
  // Between looks that nobody asked for; a twentieth of it while they find what another process has
  // committed.
  absl::Duration poll_interval = absl::Milliseconds(500);
  // After a batch, so that under load the next one is larger. A lone event does not wait.
  absl::Duration linger = absl::Milliseconds(10);
  absl::Duration publish_timeout = absl::Seconds(4);  // below `lease`
  bool paused = false;
};

// Runs one thread. Delivery is at least once; an event leaves the table only when the receiver
// answered OK. What the receiver cannot take now comes again with backoff (50 ms … 30 s); what it
// will never take (INVALID_ARGUMENT) stays with a due time a day away, is counted in
// mamori_outbox_refused_total and logged.
class Relay {
 public:
  struct Dependencies {
    db::Transactor& transactor;
    const time::Clock& clock;
    id::IdSource& ids;
    telemetry::Telemetry& telemetry;
  };
  static std::unique_ptr<Relay> Create(Dependencies dependencies, Publisher publisher,
                                       RelayOptions options);
  virtual ~Relay() = default;

  virtual void Start() = 0;
  // Returns when the thread has ended; other relays take over at once.
  virtual void Stop() = 0;
  // There are new committed rows. Never blocks; never lost.
  virtual void Wake() = 0;
  // One pass over the shards held; true when it published something. For tests and Start()'s
  // thread.
  virtual absl::StatusOr<bool> RunOnce() = 0;
  // Whether what is written comes faster than it can be passed on: the last pass took all that one
  // takes, and published it. Not so while nothing can be published. Never blocks; any thread.
  virtual bool Behind() const = 0;
};

}  // namespace mamori::outbox

#endif  // MAMORI_COMMON_OUTBOX_RELAY_H_
