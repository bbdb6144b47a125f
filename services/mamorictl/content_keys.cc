#include "services/mamorictl/content_keys.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/config/textproto.h"
#include "common/sealing/tenant_keys.h"
#include "common/status/macros.h"

namespace mamori::ctl {
namespace {

std::vector<std::string> FilesOf(const KeyStoreFlags& flags, const std::string& service) {
  std::vector<std::string> files;
  const std::string prefix = service + "=";
  for (const std::string& one : flags.key_files) {
    if (absl::StartsWith(one, prefix)) files.push_back(one.substr(prefix.size()));
  }
  return files;
}

}  // namespace

void AddKeyStoreFlags(CLI::App& command, KeyStoreFlags& flags) {
  auto* store = command.add_option("--key-store", flags.address, "host:port of the key store")
                    ->envname("MAMORI_KEY_STORE");
  command.add_option("--key-store-user", flags.user, "Its user. Default --user")->needs(store);
  command
      .add_option("--key-store-password-file", flags.password_file,
                  "File with that user's password. Default --password-file")
      ->needs(store);
  command.add_option("--key-store-schema-prefix", flags.schema_prefix, "Before the service's name")
      ->capture_default_str();
  command
      .add_option("--sealing-key", flags.key_files,
                  "SERVICE=ENTRY, the service's sealing.key_files in their order")
      ->needs(store);
}

absl::StatusOr<db::PoolOptions> KeyStoreServer(const KeyStoreFlags& flags,
                                               const db::PoolOptions& database) {
  db::PoolOptions options = database;
  options.host = flags.address;
  options.schema.clear();
  if (!flags.user.empty()) options.user = flags.user;
  if (!flags.password_file.empty()) {
    ASSIGN_OR_RETURN(options.password, config::ReadSecret(flags.password_file));
  }
  return options;
}

absl::StatusOr<std::unique_ptr<ContentKeys>> ContentKeys::Open(const KeyStoreFlags& flags,
                                                               const std::string& service,
                                                               const db::PoolOptions& database,
                                                               const time::Clock& clock,
                                                               time::Sleeper& sleeper) {
  ASSIGN_OR_RETURN(db::PoolOptions options, KeyStoreServer(flags, database));
  options.schema = flags.schema_prefix + service;
  options.max_connections = 2;
  options.statement_timeout = absl::Minutes(5);
  ASSIGN_OR_RETURN(crypto::KeyArena made, crypto::KeyArena::Create());
  auto arena = std::make_unique<crypto::KeyArena>(std::move(made));
  ASSIGN_OR_RETURN(auto configured,
                   sealing::ReadConfiguredKeys(service, FilesOf(flags, service), *arena));
  ASSIGN_OR_RETURN(auto encryption,
                   sealing::TenantKeys::Create(std::move(configured.encryption), *arena));
  ASSIGN_OR_RETURN(auto slots, sealing::KeySlots::Create(*arena));
  return std::unique_ptr<ContentKeys>(
      new ContentKeys(std::move(arena), {std::move(encryption), std::move(configured.epochs)},
                      std::move(slots), db::Pool::Create(options), clock, sleeper));
}

ContentKeys::ContentKeys(std::unique_ptr<crypto::KeyArena> arena, Encryption encryption,
                         std::unique_ptr<sealing::KeySlots> slots, std::unique_ptr<db::Pool> pool,
                         const time::Clock& clock, time::Sleeper& sleeper)
    : arena_(std::move(arena)),
      encryption_(std::move(encryption.keys)),
      slots_(std::move(slots)),
      pool_(std::move(pool)),
      transactor_(*pool_, clock, sleeper),
      epochs_(transactor_, clock),
      wrapper_(*encryption_, *slots_),
      store_(transactor_, clock),
      stock_(wrapper_, store_, clock, 0, nullptr),
      sealer_(wrapper_, store_, stock_) {
  for (sealing::EpochKeys* one : encryption.epochs) one->Use(epochs_);
}

}  // namespace mamori::ctl
