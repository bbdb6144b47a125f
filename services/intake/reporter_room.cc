#include "services/intake/reporter_room.h"

#include <string>
#include <utility>

#include "common/status/macros.h"

namespace mamori::intake {

absl::Status CheckReporterConfig(const config::v1::IntakeConfig& config) {
  const auto wrong = [](const char* what) { return absl::InvalidArgumentError(what); };
  if (config.receipt_key_file().empty()) return wrong("receipt_key_file: empty, want a file");
  RETURN_IF_ERROR(crypto::CheckKeyFile(config.receipt_key_file()));
  if (config.identity_key_file().empty()) return wrong("identity_key_file: empty, want a file");
  RETURN_IF_ERROR(crypto::CheckKeyFile(config.identity_key_file()));
  for (const std::string& file : config.sealing_key_files()) {
    RETURN_IF_ERROR(crypto::CheckKeyFile(file));
  }
  return CheckFlood(config.flood());
}

absl::StatusOr<ReporterSecrets> ReadReporterSecrets(const config::v1::IntakeConfig& config,
                                                    crypto::KeyArena& arena) {
  ASSIGN_OR_RETURN(crypto::KeyedHash receipts,
                   crypto::KeyedHash::FromFile(config.receipt_key_file(), arena));
  ASSIGN_OR_RETURN(crypto::Key identities, arena.Read(config.identity_key_file()));
  ReporterSecrets secrets{.receipts = std::move(receipts), .identities = std::move(identities)};
  for (const std::string& file : config.sealing_key_files()) {
    ASSIGN_OR_RETURN(crypto::KeyedHash one, crypto::KeyedHash::FromFile(file, arena));
    secrets.sealing.push_back(std::move(one));
  }
  return secrets;
}

ReporterRoom::ReporterRoom(const ReporterSecrets& secrets, db::Transactor& transactor,
                           IntakeStore& reports, GroupCommit& writer, const ContentSeal& seal,
                           const BacklogGate& backlog, audit::Audit& audit,
                           const std::shared_ptr<grpc::Channel>& triage,
                           const config::v1::IntakeConfig& config, server::Runtime& runtime,
                           std::function<void()> committed)
    : receipt_keys_(secrets.receipts),
      keys_(secrets.receipts),
      box_(secrets.identities),
      sealing_(secrets.sealing, runtime.clock),
      flood_(config.flood(), runtime.clock),
      receipts_(transactor, receipt_keys_, audit.journal(), runtime.telemetry),
      store_(transactor, keys_, audit.journal(), runtime.telemetry),
      consent_store_(transactor, keys_, audit.journal(), runtime.telemetry),
      identity_store_(transactor, keys_, audit.journal()),
      messages_(transactor, audit.journal()),
      gate_(store_, keys_),
      access_(triage, runtime.clock),
      fresh_access_(triage, runtime.clock, absl::ZeroDuration()),
      report_access_(access_, reports, seal.sealer()),
      fresh_report_access_(fresh_access_, reports, seal.sealer()),
      parties_({receipts_, receipt_keys_, store_, gate_, access_, report_access_}),
      fresh_parties_(
          {receipts_, receipt_keys_, store_, gate_, fresh_access_, fresh_report_access_}),
      dialogue_({messages_, keys_, seal, runtime.clock, runtime.sleeper, runtime.ids, committed,
                 &audit.reads()},
                {}),
      reporters_({writer, seal, backlog, receipts_, receipt_keys_, flood_, sealing_, runtime.clock,
                  runtime.ids}),
      own_({writer, seal, backlog, store_, messages_, keys_, box_, runtime.clock, runtime.ids,
            committed}),
      consents_({consent_store_, messages_, runtime.clock, runtime.ids, std::move(committed)}),
      acts_(triage, client::OnBehalf(config.server().tls(), runtime.clock)),
      identities_({identity_store_, messages_, fresh_parties_, acts_, keys_, box_, seal,
                   runtime.clock, runtime.ids}),
      reads_(transactor, audit.journal()),
      reporter_service_({runtime.rpc, reporters_, own_, consents_, parties_, flood_, sealing_}),
      dialogue_service_(
          {runtime.rpc, dialogue_, parties_, fresh_parties_, flood_, sealing_, runtime.clock}),
      timeline_service_(
          {runtime.rpc, parties_, messages_, flood_, runtime.clock, AskTriage(triage), sealing_}),
      identity_service_(runtime.rpc, identities_, reads_) {}

}  // namespace mamori::intake
