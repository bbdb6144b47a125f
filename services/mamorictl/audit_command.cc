// audit verify: whether what the services wrote down is still what they wrote. Made for an auditor:
// reads the databases themselves, also a restored one without any service.
#include <google/protobuf/util/json_util.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/audit/hash.h"
#include "common/audit/sink.h"
#include "common/audit/verify.h"
#include "common/status/macros.h"
#include "services/mamorictl/by_service.h"
#include "services/mamorictl/content_keys.h"
#include "services/mamorictl/database_login.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/session.h"
#include "services/mamorictl/text_source.h"

namespace mamori::ctl {
namespace {

constexpr const char* kServices[] = {"intake", "triage", "notification"};

struct AuditFlags {
  DatabaseLogin login;
  std::string schema_prefix = "mamori_";
  std::string keys;  // directory
  std::vector<std::string> public_keys;
  std::vector<std::string> sinks;
  int max_age_seconds = 60;
  KeyStoreFlags key_store;
  bool no_content = false;
  bool evidence = false;
};

struct Job {
  std::string service;
  std::string public_key;
  std::vector<audit::SinkCopy> sinks;
  absl::StatusOr<audit::Verified> result = absl::UnknownError("not run");
};

absl::StatusOr<audit::Verified> Verify(const AuditFlags& flags, const db::PoolOptions& server,
                                       Session& session, const Job& job) {
  ASSIGN_OR_RETURN(crypto::KeyedHash key, crypto::KeyedHash::FromFile(absl::StrCat(
                                              flags.keys, "/audit.", job.service, ".key")));
  db::PoolOptions options = server;
  options.schema = flags.schema_prefix + job.service;
  options.max_connections = 1;
  options.statement_timeout = absl::Minutes(5);
  const auto pool = db::Pool::Create(options);
  time::SystemSleeper sleeper;
  db::Transactor transactor(*pool, session.clock(), sleeper);
  std::unique_ptr<ContentKeys> content_keys;
  if (!flags.key_store.address.empty()) {
    ASSIGN_OR_RETURN(content_keys, ContentKeys::Open(flags.key_store, job.service, server,
                                                     session.clock(), sleeper));
  }
  audit::Verifier verifier(transactor, audit::Authenticator(std::move(key), job.service),
                           job.public_key,
                           {.now = session.clock().Now(),
                            .max_age = absl::Seconds(flags.max_age_seconds),
                            .content = !flags.no_content,
                            .sealer = content_keys == nullptr ? nullptr : &content_keys->sealer(),
                            .evidence = flags.evidence});
  return verifier.Run(job.sinks);
}

absl::StatusOr<std::vector<Job>> MakeJobs(const AuditFlags& flags) {
  ASSIGN_OR_RETURN(const auto keys, ByService(flags.public_keys));
  ASSIGN_OR_RETURN(const auto files, ByService(flags.sinks));
  std::vector<Job> jobs;
  for (const char* service : kServices) {
    Job& job = jobs.emplace_back();
    job.service = service;
    const auto key = keys.find(service);
    ASSIGN_OR_RETURN(
        job.public_key,
        PublicKeyOf(key == keys.end() ? std::vector<std::string>() : key->second, service));
    const auto list = files.find(service);
    if (list == files.end()) continue;
    for (const std::string& file : list->second) {
      ASSIGN_OR_RETURN(auto checkpoints, audit::ReadSinkFile(file));
      job.sinks.push_back({file, std::move(checkpoints)});
    }
  }
  return jobs;
}

int Report(Session& session, const std::vector<Job>& jobs, absl::Duration took) {
  std::map<std::string, const audit::Verified*> all;
  int64_t entries = 0;
  int64_t open = 0;
  int64_t erased = 0;
  int64_t files = 0;
  int64_t file_bytes = 0;
  std::vector<std::string> findings;
  for (const Job& job : jobs) {
    all[job.service] = &*job.result;
    entries += job.result->entries;
    open += job.result->open_entries;
    erased += job.result->erased;
    files += job.result->files;
    file_bytes += job.result->file_bytes;
    for (const std::string& one : job.result->findings) {
      findings.push_back(absl::StrCat(job.service, ": ", one));
    }
  }
  for (std::string& one : audit::CheckReferences(all, session.clock().Now()))
    findings.push_back(std::move(one));
  for (const std::string& one : findings) session.out() << "BAD " << one << "\n";
  session.out() << entries << " entries (" << open << " after the last checkpoint), " << erased
                << " erased, " << findings.size() << " findings, "
                << absl::ToInt64Milliseconds(took) << " ms, "
                << static_cast<int64_t>(entries / absl::ToDoubleSeconds(took)) << " entries/s\n";
  if (files > 0) session.out() << files << " files read through, " << file_bytes << " bytes\n";
  return findings.empty() ? kOk : kStatusBase + grpc::StatusCode::DATA_LOSS;
}

int Run(Session& session, const AuditFlags& flags) {
  if (flags.evidence && (flags.no_content || flags.key_store.address.empty())) {
    return session.FailUsage("--evidence needs --key-store, and content to be compared");
  }
  const auto server = flags.login.Options();
  if (!server.ok()) return session.Fail(server.status());
  auto jobs = MakeJobs(flags);
  if (!jobs.ok()) return session.Fail(jobs.status());
  const absl::Duration begin = session.clock().Monotonic();
  std::vector<std::thread> threads;
  for (Job& job : *jobs) {
    threads.emplace_back([&] { job.result = Verify(flags, *server, session, job); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Job& job : *jobs) {
    if (!job.result.ok()) return session.Fail(job.result.status());
  }
  return Report(session, *jobs, session.clock().Monotonic() - begin);
}

int PrintPublicKey(Session& session, const std::string& file) {
  auto arena = crypto::KeyArena::Create();
  if (!arena.ok()) return session.Fail(arena.status());
  const auto seed = arena->Read(file);
  if (!seed.ok()) return session.Fail(seed.status());
  const auto key = crypto::SigningKey::FromSeed(*seed, *arena);
  if (!key.ok()) return session.Fail(key.status());
  session.out() << audit::ToHex(key->public_key()) << "\n";
  return kOk;
}

// What a reporter was given, against the pinned key: also when the database says otherwise by now.
int CheckStatement(Session& session, const std::string& file, const std::string& key) {
  std::string json;
  if (!ReadText(file, json)) return session.FailLocally(absl::StrCat("cannot read ", file));
  intake::v1::SubmitReportResponse response;
  if (!google::protobuf::util::JsonStringToMessage(json, &response).ok()) {
    return session.FailUsage(absl::StrCat(file, ": want the JSON answer to SubmitReport"));
  }
  const absl::StatusOr<audit::Entry> entry =
      audit::Verify(absl::HexStringToBytes(key), response.statement());
  if (!entry.ok()) return session.Fail(entry.status());
  if (audit::NameOf(entry->kind, entry->resource_id) != response.name()) {
    return session.Fail(absl::InvalidArgumentError("the statement is of another report"));
  }
  session.out() << response.name() << " " << entry->action << " "
                << absl::FormatTime(entry->time, absl::UTCTimeZone()) << "\n";
  return kOk;
}

void AddVerify(CLI::App& app, Choice& choice) {
  auto* command = app.add_subcommand("verify", "Whether the audit is what the services wrote");
  auto flags = std::make_shared<AuditFlags>();
  AddDatabaseFlag(*command, flags->login);
  AddLoginFlags(*command, "User that may read the three schemas", flags->login);
  command->add_option("--schema-prefix", flags->schema_prefix, "Before the service's name")
      ->capture_default_str();
  command
      ->add_option("--keys", flags->keys,
                   "Directory with audit.SERVICE.key, the services' audit.key_file")
      ->required();
  command
      ->add_option("--public-key", flags->public_keys,
                   "SERVICE=HEX, as `audit public-key` printed it when the service was set up")
      ->required();
  command->add_option("--sink", flags->sinks,
                      "SERVICE=FILE, what a sink of the service got; several are all compared");
  command->add_option("--max-age", flags->max_age_seconds, "Of each sink's newest checkpoint, s")
      ->capture_default_str();
  AddKeyStoreFlags(*command, flags->key_store);
  command->add_flag("--no-content", flags->no_content, "Do not compare reports and cases with it");
  command->add_flag("--evidence", flags->evidence,
                    "Read every file that was handed in, and hash it again; needs --key-store");
  command->footer(
      "Prints one line per finding, the first bad entry first, and ends with exit code 25 when\n"
      "there is one. Entries after the last checkpoint are authentic; that none of them is "
      "missing\n"
      "cannot be said. Without --key-store it is only looked whether content is there.");
  command->callback([=, &choice] {
    choice.needs_services = false;
    choice.run = [=](Session& session) { return Run(session, *flags); };
  });
}

}  // namespace

void AddAuditCommands(CLI::App& app, Choice& choice) {
  auto* group = app.add_subcommand("audit", "What was done, and whether that is still true");
  group->require_subcommand(1);
  AddVerify(*group, choice);
  auto* command = group->add_subcommand(
      "public-key", "The public key of a signing key file, to be kept where verification is done");
  auto file = std::make_shared<std::string>();
  command->add_option("file", *file, "The service's audit.signing_key_file")->required();
  command->callback([=, &choice] {
    choice.needs_services = false;
    choice.run = [=](Session& session) { return PrintPublicKey(session, *file); };
  });
  command = group->add_subcommand("check-statement",
                                  "Whether an answer to SubmitReport proves that it was accepted");
  auto answer = std::make_shared<std::string>();
  auto key = std::make_shared<std::string>();
  command->add_option("file", *answer, "The answer as JSON; - for standard input")->required();
  command->add_option("--public-key", *key, "Intake's, 64 hex digits")->required();
  command->callback([=, &choice] {
    choice.needs_services = false;
    choice.run = [=](Session& session) { return CheckStatement(session, *answer, *key); };
  });
}

}  // namespace mamori::ctl
