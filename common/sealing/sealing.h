// A service's sealing put together: keys, key store, and the worker that keeps fresh keys ready.
#ifndef MAMORI_COMMON_SEALING_SEALING_H_
#define MAMORI_COMMON_SEALING_SEALING_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"
#include "common/db/pool.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/sealing/epoch_keys.h"
#include "common/sealing/eraser.h"
#include "common/sealing/key_encryption.h"
#include "common/sealing/key_slots.h"
#include "common/sealing/sealer.h"
#include "common/sealing/sql_epoch_store.h"
#include "common/sealing/sql_key_store.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "common/worker/periodic.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::sealing {

// What is wrong in the configuration, by the field's name. Looks at the key files.
absl::Status CheckConfig(const config::v1::Sealing& config);

// What is read while the process starts.
struct Keys {
  std::unique_ptr<KeyEncryption> encryption;
  std::vector<EpochKeys*> epochs;  // within it
  std::unique_ptr<KeySlots> slots;
  db::PoolOptions store;
};
absl::StatusOr<Keys> ReadKeys(const config::v1::Sealing& config, const std::string& service,
                              crypto::KeyArena& arena);

class Sealing {
 public:
  Sealing(const config::v1::Sealing& config, Keys keys, const time::Clock& clock,
          time::Sleeper& sleeper, id::IdSource& ids, telemetry::Telemetry& telemetry,
          const ErasureProof& proof);

  const Sealer& sealer() const { return sealer_; }
  KeyStore& store() { return store_; }

  Eraser& eraser() { return eraser_; }

  // Before anything is served: the key store is there with its schema, and what was erased is
  // erased in it. `own` is the service's own database.
  absl::Status Prepare(db::Transactor& own);
  void Start() { stocking_.Start(); }
  void Stop() { stocking_.Stop(); }

 private:
  // Keeps fresh keys ready, and erases what the key store was away for.
  absl::StatusOr<bool> Work();

  const Keys keys_;
  const time::Clock& clock_;
  telemetry::Telemetry& telemetry_;
  const std::unique_ptr<db::Pool> pool_;
  db::Transactor transactor_;
  SqlEpochStore epochs_;
  const KeyWrapper wrapper_;
  SqlKeyStore store_;
  Eraser eraser_;
  KeyStock stock_;
  const Sealer sealer_;
  worker::Periodic stocking_;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_SEALING_H_
