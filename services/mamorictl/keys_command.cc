// keys rewrap: takes a new key-encryption key into use while the services run.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/config/textproto.h"
#include "services/mamorictl/content_keys.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

constexpr int kBatchesAtOnce = 50;
constexpr absl::Duration kTimeout = absl::Seconds(30);

struct RewrapFlags {
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

int FailedRewrap(Session& session, const absl::Status& status) {
  session.err() << "mamorictl: " << absl::StatusCodeToString(status.code()) << ": "
                << status.message() << "\n";
  return ExitCodeOf(status);
}

int RunRewrap(Session& session, RewrapFlags flags) {
  if (!flags.password_file.empty()) {
    const auto password = config::ReadSecret(flags.password_file);
    if (!password.ok()) return FailedRewrap(session, password.status());
    flags.database.password = *password;
  }
  time::SystemSleeper sleeper;
  auto keys =
      ContentKeys::Open(flags.key_store, flags.service, flags.database, session.clock(), sleeper);
  if (!keys.ok()) return FailedRewrap(session, keys.status());
  const auto done = Rewrap(**keys, session.clock());
  if (!done.ok()) return FailedRewrap(session, done.status());
  session.out() << flags.service << ": " << *done << " batches of data keys wrapped anew\n";
  return kOk;
}

}  // namespace

void AddKeysCommand(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("keys", "The keys that content is sealed with");
  group->require_subcommand(1);
  auto* command = group->add_subcommand(
      "rewrap", "Wrap every data key with the first of the key-encryption keys");
  auto flags = std::make_shared<RewrapFlags>();
  command->add_option("service", flags->service, "intake, triage or notification")
      ->required()
      ->check(CLI::IsMember({"intake", "triage", "notification"}));
  command->add_option("--user", flags->database.user, "User that may change its schema there")
      ->envname("MAMORI_DATABASE_USER")
      ->required();
  command->add_option("--password-file", flags->password_file, "File with its password")
      ->envname("MAMORI_DATABASE_PASSWORD_FILE");
  command
      ->add_option("--tls-ca", flags->database.tls_ca_file,
                   "PEM authority of the server; without it the connection is plain")
      ->envname("MAMORI_DATABASE_TLS_CA");
  AddKeyStoreFlags(*command, flags->key_store);
  command->get_option("--key-store")->required();
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
