// migrate: brings one service's schema up to date. Made to run as a job before the service starts.
#include <cctype>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/config/textproto.h"
#include "common/db/schema.h"
#include "services/mamorictl/database_login.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/schema_setup.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

int Run(Session& session, SchemaSetup setup, const DatabaseLogin& login,
        const std::string& user_password_file) {
  const auto admin = login.Options();
  if (!admin.ok()) return session.Fail(admin.status());
  setup.admin = *admin;
  if (!user_password_file.empty()) {
    const auto password = config::ReadSecret(user_password_file);
    if (!password.ok()) return session.Fail(password.status());
    setup.user_password = *password;
  }
  const auto migrations = db::ReadMigrations(setup.directory);
  if (!migrations.ok()) return session.Fail(migrations.status());
  if (setup.create) {
    if (const auto made = CreateSchemaAndUser(setup); !made.ok()) return session.Fail(made);
  }
  db::PoolOptions options = setup.admin;
  options.schema = setup.schema;
  const auto pool = db::Pool::Create(options);
  const auto applied = db::ApplyMigrations(*pool, *migrations, session.clock());
  if (!applied.ok()) return session.Fail(applied.status());
  if (!setup.grants_file.empty()) {
    if (const auto granted = ApplyGrants(setup); !granted.ok()) return session.Fail(granted);
  }
  const int version = migrations->empty() ? 0 : migrations->back().version;
  if (session.json()) {
    session.out() << "{\"schema\":\"" << setup.schema << "\",\"version\":" << version
                  << ",\"applied\":[" << absl::StrJoin(*applied, ",") << "]}\n";
  } else {
    session.out() << setup.schema << ": version " << version << ", "
                  << (applied->empty() ? "nothing to do"
                                       : absl::StrCat(applied->size(), " applied now"))
                  << "\n";
  }
  return kOk;
}

}  // namespace

void AddMigrateCommand(CLI::App& app, Choice& choice) {
  auto* command = app.add_subcommand("migrate", "Bring one schema up to date");
  auto setup = std::make_shared<SchemaSetup>();
  auto service = std::make_shared<std::string>();
  auto login = std::make_shared<DatabaseLogin>();
  auto user_password_file = std::make_shared<std::string>();
  command
      ->add_option("service", *service,
                   "intake, triage or notification; with keys- before it, its data keys")
      ->required()
      ->check(CLI::IsMember(
          {"intake", "triage", "notification", "keys-intake", "keys-triage", "keys-notification"}));
  AddDatabaseFlag(*command, *login);
  AddLoginFlags(*command, "User that may run DDL", *login);
  command->add_option("--schema", setup->schema, "Default mamori_<service>, with _ for -");
  command->add_option("--directory,--dir", setup->directory, "The service's NNNN_name.sql files")
      ->required();
  auto* create = command->add_flag("--create", setup->create,
                                   "First create the schema, and the service's user over TLS only");
  auto* user_password = command
                            ->add_option("--service-password-file", *user_password_file,
                                         "File with the password of the service's user")
                            ->needs(create);
  create->needs(user_password);
  command->add_option("--service-user", setup->user,
                      "The service's user. Default mamori_<service>");
  command->add_option("--grants", setup->grants_file,
                      "Then apply this file of GRANT statements to the service's user");
  command->footer(
      "Each file runs once and is recorded with its checksum; an edited or out-of-order file is\n"
      "refused (exit code 19). Safe to run from several places at once.\n"
      "Example:\n"
      "  mamorictl migrate intake --database db:3306 --user admin --password-file admin.password "
      "\\\n"
      "      --tls-ca ca.pem --directory deploy/db/migrations/intake \\\n"
      "      --create --service-password-file intake.password --grants "
      "deploy/db/grants/intake.sql");
  command->callback([=, &choice] {
    const std::string name = absl::StrCat("mamori_", absl::StrReplaceAll(*service, {{"-", "_"}}));
    if (setup->schema.empty()) setup->schema = name;
    if (setup->user.empty()) setup->user = name;
    choice.needs_services = false;
    choice.run = [=](Session& session) {
      return Run(session, *setup, *login, *user_password_file);
    };
  });
}

}  // namespace mamori::ctl
