// keys rewrap: takes a new key-encryption key into use while the services run.
// keys check: whether the key store is run as content needs it.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/config/textproto.h"
#include "common/status/macros.h"
#include "services/mamorictl/content_keys.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/key_store_check.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

constexpr int kBatchesAtOnce = 50;
constexpr absl::Duration kTimeout = absl::Seconds(30);

struct KeysFlags {
  std::string service;
  db::PoolOptions database;
  std::string password_file;
  KeyStoreFlags key_store;
};

absl::StatusOr<int64_t> Rewrap(ContentKeys& keys, const time::Clock& clock) {
  int64_t done = 0;
  const sealing::KeyEncryption& encryption = keys.wrapper().encryption();
  for (const std::string& id : encryption.ids()) {
    if (id == encryption.primary()) continue;
    for (int64_t batches = kBatchesAtOnce; batches == kBatchesAtOnce;) {
      const auto rewrapped = keys.store().Rewrap(
          id, kBatchesAtOnce,
          [&](const sealing::KeyBatch& batch) { return keys.wrapper().Rewrap(batch); },
          clock.Now() + kTimeout);
      if (!rewrapped.ok()) return rewrapped.status();
      batches = *rewrapped;
      done += batches;
    }
  }
  return done;
}

int FailedKeys(Session& session, const absl::Status& status) {
  session.err() << "mamorictl: " << absl::StatusCodeToString(status.code()) << ": "
                << status.message() << "\n";
  return ExitCodeOf(status);
}

absl::Status ReadPassword(KeysFlags& flags) {
  if (flags.password_file.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(flags.database.password, config::ReadSecret(flags.password_file));
  return absl::OkStatus();
}

absl::StatusOr<ServerFacts> FactsOf(db::PoolOptions options, const time::Clock& clock) {
  options.max_connections = 1;
  const std::unique_ptr<db::Pool> pool = db::Pool::Create(std::move(options));
  time::SystemSleeper sleeper;
  db::Transactor transactor(*pool, clock, sleeper);
  return ReadServerFacts(transactor, clock.Now() + kTimeout);
}

int RunCheck(Session& session, KeysFlags flags) {
  if (const absl::Status read = ReadPassword(flags); !read.ok()) return FailedKeys(session, read);
  const auto store = KeyStoreServer(flags.key_store, flags.database);
  if (!store.ok()) return FailedKeys(session, store.status());
  const auto database = FactsOf(flags.database, session.clock());
  if (!database.ok()) return FailedKeys(session, database.status());
  const auto keys = FactsOf(*store, session.clock());
  if (!keys.ok()) return FailedKeys(session, keys.status());
  const std::vector<std::string> faults = KeyStoreFaults(*keys, *database);
  for (const std::string& fault : faults) session.out() << "BAD " << fault << "\n";
  session.out() << "key store " << flags.key_store.address << ": " << faults.size()
                << " findings\n";
  return faults.empty() ? kOk : kStatusBase + grpc::StatusCode::FAILED_PRECONDITION;
}

int RunRewrap(Session& session, KeysFlags flags) {
  if (const absl::Status read = ReadPassword(flags); !read.ok()) return FailedKeys(session, read);
  time::SystemSleeper sleeper;
  auto keys =
      ContentKeys::Open(flags.key_store, flags.service, flags.database, session.clock(), sleeper);
  if (!keys.ok()) return FailedKeys(session, keys.status());
  const auto done = Rewrap(**keys, session.clock());
  if (!done.ok()) return FailedKeys(session, done.status());
  session.out() << flags.service << ": " << *done << " batches of data keys wrapped anew\n";
  return kOk;
}

void AddLogin(CLI::App& command, const char* user, KeysFlags& flags) {
  command.add_option("--user", flags.database.user, user)
      ->envname("MAMORI_DATABASE_USER")
      ->required();
  command.add_option("--password-file", flags.password_file, "File with its password")
      ->envname("MAMORI_DATABASE_PASSWORD_FILE");
  command
      .add_option("--tls-ca", flags.database.tls_ca_file,
                  "PEM authority of the server; without it the connection is plain")
      ->envname("MAMORI_DATABASE_TLS_CA");
  AddKeyStoreFlags(command, flags.key_store);
  command.get_option("--key-store")->required();
}

void AddCheck(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand(
      "check", "Whether the key store is apart, durable, replicated, and forgets in time");
  auto flags = std::make_shared<KeysFlags>();
  command->add_option("--database", flags->database.host, "host:port of the services' database")
      ->envname("MAMORI_DATABASE")
      ->required();
  AddLogin(*command, "User that may see others' processes (PROCESS) on both", *flags);
  command->footer("One line BAD for each finding, and exit code 19. Changes nothing.");
  command->callback([=, &choice] {
    choice.needs_services = false;
    choice.run = [=](Session& session) { return RunCheck(session, *flags); };
  });
}

}  // namespace

void AddKeysCommand(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("keys", "The keys that content is sealed with");
  group->require_subcommand(1);
  AddCheck(*group, choice);
  auto* command = group->add_subcommand(
      "rewrap", "Wrap every data key with the first of the key-encryption keys");
  auto flags = std::make_shared<KeysFlags>();
  command->add_option("service", flags->service, "intake, triage or notification")
      ->required()
      ->check(CLI::IsMember({"intake", "triage", "notification"}));
  AddLogin(*command, "User that may change its schema there", *flags);
  command->get_option("--sealing-key")->required();
  command->footer(
      "Give the service the new key as the first of sealing.key_files and the former one after "
      "it,\n"
      "restart its replicas one by one, run this with the same files in the same order, then take\n"
      "the former one out. Safe to run again. Content itself is not touched.");
  command->callback([=, &choice] {
    choice.needs_services = false;
    choice.run = [=](Session& session) { return RunRewrap(session, *flags); };
  });
}

}  // namespace mamori::ctl
