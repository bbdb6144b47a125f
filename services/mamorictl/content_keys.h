// The data keys of a service's content, for commands that read the databases themselves.
#ifndef MAMORI_SERVICES_MAMORICTL_CONTENT_KEYS_H_
#define MAMORI_SERVICES_MAMORICTL_CONTENT_KEYS_H_

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"
#include "common/db/pool.h"
#include "common/db/transaction.h"
#include "common/sealing/epoch_keys.h"
#include "common/sealing/key_encryption.h"
#include "common/sealing/key_slots.h"
#include "common/sealing/sealer.h"
#include "common/sealing/sql_epoch_store.h"
#include "common/sealing/sql_key_store.h"

namespace mamori::ctl {

struct KeyStoreFlags {
  std::string address;
  std::string user;           // empty: the database's
  std::string password_file;  // empty: the database's
  std::string schema_prefix = "mamori_keys_";
  std::vector<std::string> key_files;  // SERVICE=entry of sealing.key_files
};
void AddKeyStoreFlags(CLI::App& command, KeyStoreFlags& flags);

// How to reach the key store's server, without a schema; `database` is where the rest of the login
// comes from. The error of a password file that cannot be read.
absl::StatusOr<db::PoolOptions> KeyStoreServer(const KeyStoreFlags& flags,
                                               const db::PoolOptions& database);

class ContentKeys {
 public:
  // `database` is where the rest of the login comes from.
  static absl::StatusOr<std::unique_ptr<ContentKeys>> Open(const KeyStoreFlags& flags,
                                                           const std::string& service,
                                                           const db::PoolOptions& database,
                                                           const time::Clock& clock,
                                                           time::Sleeper& sleeper);

  const sealing::Sealer& sealer() const { return sealer_; }
  const sealing::KeyWrapper& wrapper() const { return wrapper_; }
  sealing::KeyStore& store() { return store_; }

 private:
  struct Encryption {
    std::unique_ptr<sealing::KeyEncryption> keys;
    std::vector<sealing::EpochKeys*> epochs;  // within them
  };

  ContentKeys(std::unique_ptr<crypto::KeyArena> arena, Encryption encryption,
              std::unique_ptr<sealing::KeySlots> slots, std::unique_ptr<db::Pool> pool,
              const time::Clock& clock, time::Sleeper& sleeper);

  const std::unique_ptr<crypto::KeyArena> arena_;
  const std::unique_ptr<sealing::KeyEncryption> encryption_;
  const std::unique_ptr<sealing::KeySlots> slots_;
  const std::unique_ptr<db::Pool> pool_;
  db::Transactor transactor_;
  sealing::SqlEpochStore epochs_;
  const sealing::KeyWrapper wrapper_;
  sealing::SqlKeyStore store_;
  sealing::KeyStock stock_;
  const sealing::Sealer sealer_;
};

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_CONTENT_KEYS_H_
