// keys rewrap: takes a new key-encryption key into use while the services run.
// keys check: whether the key store is run as content needs it.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "services/mamorictl/content_keys.h"
#include "services/mamorictl/database_login.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/key_store_check.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

constexpr int kBatchesAtOnce = 50;
constexpr absl::Duration kTimeout = absl::Seconds(30);

struct KeysFlags {
  std::string service;
  DatabaseLogin login;
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

absl::StatusOr<ServerFacts> FactsOf(db::PoolOptions options, const time::Clock& clock) {
  options.max_connections = 1;
  const std::unique_ptr<db::Pool> pool = db::Pool::Create(std::move(options));
  time::SystemSleeper sleeper;
  db::Transactor transactor(*pool, clock, sleeper);
  return ReadServerFacts(transactor, clock.Now() + kTimeout);
}

int RunCheck(Session& session, const KeysFlags& flags) {
  const auto server = flags.login.Options();
  if (!server.ok()) return session.Fail(server.status());
  const auto store = KeyStoreServer(flags.key_store, *server);
  if (!store.ok()) return session.Fail(store.status());
  const auto database = FactsOf(*server, session.clock());
  if (!database.ok()) return session.Fail(database.status());
  const auto keys = FactsOf(*store, session.clock());
  if (!keys.ok()) return session.Fail(keys.status());
  const std::vector<std::string> faults = KeyStoreFaults(*keys, *database);
  for (const std::string& fault : faults) session.out() << "BAD " << fault << "\n";
  session.out() << "key store " << flags.key_store.address << ": " << faults.size()
                << " findings\n";
  return faults.empty() ? kOk : kStatusBase + grpc::StatusCode::FAILED_PRECONDITION;
}

int RunRewrap(Session& session, const KeysFlags& flags) {
  const auto login = flags.login.Options();
  if (!login.ok()) return session.Fail(login.status());
  time::SystemSleeper sleeper;
  auto keys = ContentKeys::Open(flags.key_store, flags.service, *login, session.clock(), sleeper);
  if (!keys.ok()) return session.Fail(keys.status());
  const auto done = Rewrap(**keys, session.clock());
  if (!done.ok()) return session.Fail(done.status());
  session.out() << flags.service << ": " << *done << " batches of data keys wrapped anew\n";
  return kOk;
}

void AddLogins(CLI::App& command, const char* user, KeysFlags& flags) {
  AddLoginFlags(command, user, flags.login);
  AddKeyStoreFlags(command, flags.key_store);
  command.get_option("--key-store")->required();
}

void AddCheck(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand(
      "check", "Whether the key store is apart, durable, replicated, and forgets in time");
  auto flags = std::make_shared<KeysFlags>();
  AddDatabaseFlag(*command, flags->login);
  AddLogins(*command, "User that may see others' processes (PROCESS) on both", *flags);
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
  AddLogins(*command, "User that may change its schema there", *flags);
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
