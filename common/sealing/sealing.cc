#include "common/sealing/sealing.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/config/options.h"
#include "common/db/schema.h"
#include "common/sealing/tenant_keys.h"
#include "common/status/macros.h"

namespace mamori::sealing {
namespace {

constexpr int kWorkerConnections = 2;
constexpr int kKeysAhead = 1024;
constexpr int kMostKeysAhead = 65536;
constexpr absl::Duration kErasureTimeout = absl::Seconds(5);

}  // namespace

absl::Status CheckConfig(const config::v1::Sealing& config) {
  if (config.key_files().empty()) {
    return absl::InvalidArgumentError("sealing.key_files: none, want at least one file");
  }
  for (const std::string& entry : config.key_files()) {
    RETURN_IF_ERROR(crypto::CheckKeyFile(KeyFileOf(entry)));
  }
  if (config.keys_ahead() < 0 || config.keys_ahead() > kMostKeysAhead) {
    return absl::InvalidArgumentError("sealing.keys_ahead: want 0 to 65536");
  }
  const absl::Status store = config::CheckDatabase(config.key_store());
  return store.ok()
             ? store
             : absl::Status(store.code(), absl::StrCat("sealing.key_store: ", store.message()));
}

absl::StatusOr<Keys> ReadKeys(const config::v1::Sealing& config, const std::string& service,
                              crypto::KeyArena& arena) {
  RETURN_IF_ERROR(CheckConfig(config));
  Keys keys;
  ASSIGN_OR_RETURN(
      ConfiguredKeys configured,
      ReadConfiguredKeys(service, {config.key_files().begin(), config.key_files().end()}, arena));
  keys.epochs = std::move(configured.epochs);
  ASSIGN_OR_RETURN(keys.encryption, TenantKeys::Create(std::move(configured.encryption), arena));
  ASSIGN_OR_RETURN(keys.slots, KeySlots::Create(arena));
  ASSIGN_OR_RETURN(keys.store, config::PoolOptionsOf(config.key_store(), kWorkerConnections));
  return keys;
}

Sealing::Sealing(const config::v1::Sealing& config, Keys keys, const time::Clock& clock,
                 time::Sleeper& sleeper, id::IdSource& ids, telemetry::Telemetry& telemetry,
                 const ErasureProof& proof)
    : keys_(std::move(keys)),
      clock_(clock),
      telemetry_(telemetry),
      pool_(db::Pool::Create(keys_.store)),
      transactor_(*pool_, clock, sleeper),
      epochs_(transactor_, clock),
      wrapper_(*keys_.encryption, *keys_.slots),
      store_(transactor_, clock),
      eraser_(store_, config.erasure_file(), clock),
      stock_(wrapper_, store_, clock, config::Or(config.keys_ahead(), kKeysAhead),
             [this] { stocking_.Wake(); }),
      sealer_(wrapper_, store_, stock_, &proof),
      stocking_({.name = "keys", .interval = absl::Seconds(1)}, ids, telemetry,
                [this] { return Work(); }) {
  for (EpochKeys* one : keys_.epochs) one->Use(epochs_);
}

absl::StatusOr<bool> Sealing::Work() {
  const absl::Status finished = eraser_.FinishErasures(clock_.Now() + kErasureTimeout);
  ASSIGN_OR_RETURN(const bool stocked, stock_.RunOnce());
  RETURN_IF_ERROR(finished);
  return stocked;
}

absl::Status Sealing::Prepare(db::Transactor& own) {
  RETURN_IF_ERROR(db::CheckSchemaVersion(*pool_, kMinimumKeysSchema));
  ASSIGN_OR_RETURN(const int64_t erased, eraser_.Replay(own));
  if (erased > 0) {
    telemetry_.Log(telemetry::Level::kWarn, "erased again what a restored key store had",
                   {{"keys", absl::StrCat(erased)}});
  }
  return absl::OkStatus();
}

}  // namespace mamori::sealing
