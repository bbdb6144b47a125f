// Signs what is new in a service's audit every few seconds.
#ifndef MAMORI_COMMON_AUDIT_CHECKPOINTER_H_
#define MAMORI_COMMON_AUDIT_CHECKPOINTER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/checkpoint.h"
#include "common/audit/journal.h"
#include "common/crypto/signing_key.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"

namespace mamori::audit {

// One of a service's replicas signs at a time: whoever holds the lease "audit". A checkpoint comes
// whether something was written or not, so that whoever sees checkpoints does not see reports.
class Checkpointer {
 public:
  struct Dependencies {
    db::Transactor& transactor;
    const Authenticator& authenticator;
    const crypto::SigningKey& key;
    const time::Clock& clock;
    id::IdSource& ids;
    telemetry::Telemetry& telemetry;
  };
  struct Options {
    absl::Duration interval = absl::Seconds(5);
    absl::Duration lease = absl::Seconds(15);
    // How long after its time an entry may be committed and still be seen: above every
    // transaction's length and the difference of the replicas' clocks. After a change of the
    // lease's holder it is looked further back.
    absl::Duration window = absl::Seconds(30);
    absl::Duration first_window = absl::Hours(1);
  };

  Checkpointer(Dependencies dependencies, Options options);

  // Makes number 0, unless it is there. Before anything is served.
  absl::Status EnsureGenesis();

  // True when it made a checkpoint; false when none is due or another replica makes them.
  absl::StatusOr<bool> RunOnce();

  // Whether this replica made or looked after the last one: then it publishes too.
  bool leads() const { return fence_ > 0; }

 private:
  absl::StatusOr<bool> Make(db::Tx& tx);
  absl::StatusOr<std::vector<Leaf>> NewLeaves(db::Tx& tx, absl::Time since, absl::Time now);
  absl::Status Insert(db::Tx& tx, v1::Checkpoint checkpoint, const std::vector<Leaf>& leaves);
  void Refuse(const char* what) const;

  const Dependencies d_;
  const Options options_;
  const id::Id holder_;
  int64_t fence_ = 0;  // 0: another leads
};

// The checkpoints of a service after `after`, oldest first.
absl::StatusOr<std::vector<v1::Checkpoint>> ReadCheckpoints(db::Tx& tx, const std::string& service,
                                                            int64_t after, int limit);

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_CHECKPOINTER_H_
