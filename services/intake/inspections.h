// Has every file that is complete inspected, once, and keeps what was found.
#ifndef MAMORI_SERVICES_INTAKE_INSPECTIONS_H_
#define MAMORI_SERVICES_INTAKE_INSPECTIONS_H_

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/inspection/inspector.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "services/intake/evidence_content.h"

namespace mamori::intake {

// One replica inspects, one file after the other: who has the lease. It keeps it while bytes pass;
// whoever lost it stores nothing. No row tells when a file waits or is tried, since that would tell
// when an anonymous reporter sent it. Used by one thread.
class Inspections {
 public:
  struct Options {
    // Longer than an inspection lasts between two looks at its bytes.
    absl::Duration lease = absl::Minutes(15);
    absl::Duration first_wait = absl::Seconds(30);  // after a failure of a file, doubled each time
    absl::Duration max_wait = absl::Hours(1);
  };
  struct Dependencies {
    db::Transactor& transactor;  // of the lease
    EvidenceStore& store;
    BlobStore& blobs;
    const sealing::Sealer& sealer;
    inspection::Inspector& inspector;
    const time::Clock& clock;
    id::IdSource& ids;
    telemetry::Telemetry& telemetry;
    std::function<void()> settled;  // there is an event to be told
  };
  Inspections(Dependencies dependencies, Options options)
      : d_(dependencies), options_(options), holder_(d_.ids.NewId()) {}

  // Inspects one file, if there is one and this replica may. Returns whether it did.
  absl::StatusOr<bool> RunOnce();
  // Ends what is under way at once, and lets nothing begin any more; the file is inspected by
  // whoever has the lease next. From any thread.
  void Stop();
  // Lets another replica go on at once. After the thread of RunOnce has ended.
  void Release();

 private:
  struct Wait {
    absl::Time until;
    absl::Duration next;
  };
  class Pulled;
  class Pushed;

  absl::StatusOr<bool> Acquire();
  // So that a long inspection keeps the lease. ABORTED when it is another's.
  absl::Status Keep();
  absl::StatusOr<std::optional<EvidenceRow>> Next();
  absl::Status Inspect(const EvidenceRow& row);
  // Whether the file's row is still there.
  absl::StatusOr<bool> IsThere(const EvidenceRow& row);
  void Defer(const EvidenceRow& row, absl::Duration first);
  // ABORTED once it is stopped.
  absl::Status CheckGoesOn() const;
  absl::Time Soon() const { return d_.clock.Now() + absl::Seconds(10); }

  const Dependencies d_;
  const Options options_;
  const std::string holder_;
  std::atomic<bool> stopped_{false};
  std::optional<worker::Lease> lease_;
  absl::Duration renew_at_;              // monotonic
  std::map<std::string, Wait> waiting_;  // by evidence
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_INSPECTIONS_H_
