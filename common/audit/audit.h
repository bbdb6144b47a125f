// A service's audit put together: what its stores write with, and the workers that sign and
// publish.
#ifndef MAMORI_COMMON_AUDIT_AUDIT_H_
#define MAMORI_COMMON_AUDIT_AUDIT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/checkpointer.h"
#include "common/audit/erasures.h"
#include "common/audit/journal.h"
#include "common/audit/notary.h"
#include "common/audit/publisher.h"
#include "common/audit/reads.h"
#include "common/audit/refusals.h"
#include "common/crypto/key_arena.h"
#include "common/worker/periodic.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::audit {

// What is wrong in the configuration, by the field's name. Looks at the key files.
absl::Status CheckConfig(const config::v1::Audit& config);

struct Keys {
  crypto::KeyedHash authentication;
  crypto::SigningKey signing;
};
absl::StatusOr<Keys> ReadKeys(const config::v1::Audit& config, crypto::KeyArena& arena);

class Audit {
 public:
  // `transactor` has one connection for this.
  Audit(const config::v1::Audit& config, const std::string& service, Keys keys,
        db::Transactor& transactor, const time::Clock& clock, id::IdSource& ids,
        telemetry::Telemetry& telemetry);

  const Journal& journal() const { return journal_; }
  const Notary& notary() const { return notary_; }
  const crypto::SigningKey& signing_key() const { return signing_; }
  const Erasures& erasures() const { return erasures_; }
  Reads& reads() { return reads_; }
  Refusals& refusals() { return refusals_; }

  // Before anything is served: the first checkpoint is there.
  absl::Status Prepare() { return checkpointer_.EnsureGenesis(); }
  void Start();
  // What was read and refused until now is written.
  void Stop();

 private:
  absl::StatusOr<bool> SignAndPublish();

  const Journal journal_;
  const crypto::SigningKey signing_;
  const Notary notary_;
  const Erasures erasures_;
  Reads reads_;
  Refusals refusals_;
  Checkpointer checkpointer_;
  Publisher publisher_;
  worker::Periodic signing_worker_;
  worker::Periodic reads_worker_;
  worker::Periodic refusals_worker_;
};

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_AUDIT_H_
