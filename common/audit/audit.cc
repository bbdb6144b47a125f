#include "common/audit/audit.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/config/textproto.h"
#include "common/status/macros.h"

namespace mamori::audit {
namespace {

constexpr absl::Duration kReadsInterval = absl::Milliseconds(20);
constexpr absl::Duration kRefusalsInterval = absl::Seconds(1);

Checkpointer::Options OptionsOf(const config::v1::Audit& config) {
  Checkpointer::Options options;
  const auto& interval = config.checkpoint_interval();
  options.interval = config::ToDuration(config.has_checkpoint_interval(), interval.seconds(),
                                        interval.nanos(), options.interval);
  return options;
}

std::vector<std::unique_ptr<Sink>> SinksOf(const config::v1::Audit& config) {
  std::vector<std::unique_ptr<Sink>> sinks;
  if (!config.sink_file().empty()) sinks.push_back(MakeFileSink(config.sink_file()));
  if (!config.sink_url().empty()) {
    sinks.push_back(MakeWebhookSink(config.sink_url(), config.sink_ca_file()));
  }
  return sinks;
}

absl::Status CheckKey(const char* field, const std::string& file) {
  if (file.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("audit.", field, ": empty, want a file"));
  }
  return crypto::CheckKeyFile(file);
}

}  // namespace

absl::Status CheckConfig(const config::v1::Audit& config) {
  RETURN_IF_ERROR(CheckKey("key_file", config.key_file()));
  RETURN_IF_ERROR(CheckKey("signing_key_file", config.signing_key_file()));
  const absl::Duration interval = OptionsOf(config).interval;
  if (interval < absl::Milliseconds(100) || interval > absl::Seconds(10)) {
    return absl::InvalidArgumentError("audit.checkpoint_interval: want 0.1 s to 10 s");
  }
  if (!config.sink_url().empty() && !config.sink_url().starts_with("https://")) {
    return absl::InvalidArgumentError("audit.sink_url: want https://");
  }
  return absl::OkStatus();
}

absl::StatusOr<Keys> ReadKeys(const config::v1::Audit& config, crypto::KeyArena& arena) {
  ASSIGN_OR_RETURN(crypto::KeyedHash authentication,
                   crypto::KeyedHash::FromFile(config.key_file(), arena));
  ASSIGN_OR_RETURN(const crypto::Key seed, arena.Read(config.signing_key_file()));
  ASSIGN_OR_RETURN(crypto::SigningKey signing, crypto::SigningKey::FromSeed(seed, arena));
  return Keys{std::move(authentication), std::move(signing)};
}

Audit::Audit(const config::v1::Audit& config, const std::string& service, Keys keys,
             db::Transactor& transactor, const time::Clock& clock, id::IdSource& ids,
             telemetry::Telemetry& telemetry)
    : journal_(std::move(keys.authentication), service, clock),
      signing_(std::move(keys.signing)),
      notary_(service, signing_),
      erasures_(transactor, journal_.authenticator(), telemetry),
      reads_(transactor, journal_, clock),
      refusals_(transactor, journal_, clock, ids, telemetry),
      checkpointer_({transactor, journal_.authenticator(), signing_, clock, ids, telemetry},
                    OptionsOf(config)),
      publisher_(transactor, service, SinksOf(config), clock, telemetry),
      // Looked at more often than one is due, so that none is late.
      signing_worker_({.name = "audit", .interval = OptionsOf(config).interval / 4}, ids, telemetry,
                      [this] { return SignAndPublish(); }),
      reads_worker_({.name = "audit_reads", .interval = kReadsInterval, .linger = kReadsInterval},
                    ids, telemetry, [this] { return reads_.RunOnce(); }),
      refusals_worker_({.name = "audit_refusals", .interval = kRefusalsInterval}, ids, telemetry,
                       [this] { return refusals_.RunOnce(); }) {}

void Audit::Start() {
  signing_worker_.Start();
  reads_worker_.Start();
  refusals_worker_.Start();
}

void Audit::Stop() {
  reads_worker_.Stop();
  refusals_worker_.Stop();
  for (absl::StatusOr<bool> wrote = true; wrote.ok() && *wrote;) wrote = reads_.RunOnce();
  for (absl::StatusOr<bool> wrote = true; wrote.ok() && *wrote;) wrote = refusals_.RunOnce();
  signing_worker_.Stop();
}

absl::StatusOr<bool> Audit::SignAndPublish() {
  ASSIGN_OR_RETURN(const bool made, checkpointer_.RunOnce());
  if (!checkpointer_.leads()) return false;
  ASSIGN_OR_RETURN(const bool published, publisher_.RunOnce());
  return made || published;
}

}  // namespace mamori::audit
