#include "services/intake/intake_app.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/audit.h"
#include "common/audit/call_refusals.h"
#include "common/client/access_checker.h"
#include "common/client/channel.h"
#include "common/client/event_publisher.h"
#include "common/config/options.h"
#include "common/db/pool.h"
#include "common/db/schema.h"
#include "common/db/transaction.h"
#include "common/idempotency/page_token.h"
#include "common/inspection/config.h"
#include "common/outbox/gauges.h"
#include "common/outbox/relay.h"
#include "common/sealing/sealing.h"
#include "common/server/server_config.h"
#include "common/status/macros.h"
#include "common/worker/periodic.h"
#include "common/worker/stop_together.h"
#include "mamori/triage/v1/triage_service.grpc.pb.h"
#include "services/intake/backlog_gate.h"
#include "services/intake/bundle_service.h"
#include "services/intake/contact_service.h"
#include "services/intake/contacts.h"
#include "services/intake/content_seal.h"
#include "services/intake/disposals.h"
#include "services/intake/evidence_room.h"
#include "services/intake/group_commit.h"
#include "services/intake/housekeeping.h"
#include "services/intake/intake_event_service.h"
#include "services/intake/intake_service.h"
#include "services/intake/report_access.h"
#include "services/intake/report_exports.h"
#include "services/intake/report_search.h"
#include "services/intake/reporter_room.h"
#include "services/intake/reports.h"
#include "services/intake/request_forgetting.h"
#include "services/intake/search_service.h"
#include "services/intake/sql_disposal_store.h"
#include "services/intake/sql_export_store.h"
#include "services/intake/sql_intake_store.h"
#include "services/intake/submitter.h"

namespace mamori::intake {
namespace {

using config::Or;
using config::v1::IntakeConfig;

constexpr absl::Duration kPingTimeout = absl::Seconds(1);
// Relay, backlog, housekeeping, audit, refusals, evidence, its inspection and readiness, beside the
// handlers.
constexpr int kWorkerConnections = 8;

GroupCommit::Options WriterOptions(const config::v1::GroupCommit& config) {
  const GroupCommit::Options standard;
  return {.writers = Or(config.writers(), standard.writers),
          .max_batch = Or(config.max_batch(), standard.max_batch),
          .max_queue = Or(config.max_queue(), standard.max_queue)};
}

BacklogGate::Options GateOptions(const config::v1::Outbox& config) {
  const BacklogGate::Options standard;
  return {.max_depth = Or(config.max_depth(), standard.max_depth),
          .max_age = Or(config.has_max_age(), config.max_age(), standard.max_age)};
}

// The writers have connections of their own: a rush of readers never keeps a report from being
// written.
db::PoolOptions WriterPoolOptions(db::PoolOptions options, int writers) {
  options.max_connections = writers;
  return options;
}

// Of the grace: a batch that was begun takes up to half of it beside a database that hangs.
constexpr double kWriterShare = 0.25;

class IntakeApp final : public server::App {
 public:
  IntakeApp(const IntakeConfig& config, const db::PoolOptions& pool, audit::Keys audit_keys,
            idempotency::PageTokens tokens, ReporterSecrets secrets, sealing::Keys sealing_keys,
            std::unique_ptr<inspection::Inspector> inspector, server::Runtime& runtime)
      : grace_(server::Grace(config.server())),
        pool_(db::Pool::Create(pool)),
        writer_pool_(db::Pool::Create(
            WriterPoolOptions(pool, WriterOptions(config.group_commit()).writers))),
        transactor_(*pool_, runtime.clock, runtime.sleeper),
        writer_transactor_(*writer_pool_, runtime.clock, runtime.sleeper),
        audit_(config.audit(), "intake", std::move(audit_keys), transactor_, runtime.clock,
               runtime.ids, runtime.telemetry),
        sealing_(config.sealing(), std::move(sealing_keys), runtime.clock, runtime.sleeper,
                 runtime.ids, runtime.telemetry, audit_.erasures()),
        seal_(sealing_.sealer()),
        store_(transactor_, runtime.clock, audit_.journal()),
        writer_store_(writer_transactor_, runtime.clock, audit_.journal(), &audit_.notary()),
        relay_(outbox::Relay::Create(
            {transactor_, runtime.clock, runtime.ids, runtime.telemetry},
            client::MakeEventPublisher<triage::v1::IngestEventsRequest,
                                       triage::v1::IngestEventsResponse>(
                std::shared_ptr(triage::v1::TriageService::NewStub(
                    client::CreateChannel(config.triage(), config.server().tls())))),
            config::RelayOptionsOf(config.outbox()))),
        writer_({writer_store_, seal_, runtime.clock, runtime.telemetry, [this] { relay_->Wake(); },
                 [this] { return relay_->Behind(); }},
                WriterOptions(config.group_commit())),
        gate_(GateOptions(config.outbox())),
        gauges_(outbox::MeasureWith(transactor_), runtime.clock, runtime.telemetry,
                gate_.max_depth(),
                [this](const outbox::Backlog& backlog,
                       absl::Duration age) { gate_.Saw(backlog, age); }),
        housekeeping_(store_, runtime.clock, runtime.sleeper, {}),
        sampling_({.name = "backlog", .interval = absl::Seconds(1)}, runtime.ids, runtime.telemetry,
                  [this] { return gauges_.Sample(); }),
        pruning_({.name = "housekeeping", .interval = absl::Seconds(30)}, runtime.ids,
                 runtime.telemetry, [this] { return Prune(); }),
        triage_(client::CreateChannel(config.triage(), config.server().tls())),
        reporters_(secrets, transactor_, store_, writer_, seal_, gate_, audit_, triage_, config,
                   runtime, [this] { relay_->Wake(); }),
        submitter_(writer_, seal_, gate_, runtime.clock, runtime.ids, &reporters_.flood()),
        checker_(triage_, runtime.clock),
        access_(checker_, store_, sealing_.sealer()),
        tokens_(std::move(tokens)),
        reports_(store_, access_, sealing_.sealer(), tokens_, runtime.clock, runtime.ids,
                 &audit_.reads(), &reporters_.gate()),
        contacts_(
            store_, access_, sealing_.sealer(), tokens_, runtime.clock, runtime.ids,
            [this] { relay_->Wake(); }, &audit_.reads()),
        evidence_(reporters_, store_, transactor_, sealing_.sealer(), audit_, tokens_,
                  std::move(inspector), runtime, [this] { relay_->Wake(); }),
        forgetting_(reporters_.messages(), evidence_.store(), runtime.clock, {}),
        disposal_store_(transactor_, runtime.clock, audit_.journal(), sealing_.eraser()),
        disposals_(disposal_store_),
        export_store_(transactor_, audit_.journal()),
        exports_({store_, reporters_.messages(), evidence_.store(), evidence_.blobs(),
                  export_store_, access_, reporters_.gate(), sealing_.sealer(), transactor_,
                  runtime.clock, runtime.sleeper, runtime.ids}),
        service_(runtime.rpc, submitter_, reports_, contacts_),
        event_service_(runtime.rpc, disposals_),
        contact_service_(runtime.rpc, contacts_),
        bundle_service_(runtime.rpc, exports_),
        search_(reports_, tokens_, runtime.clock, &audit_.reads(), {}),
        search_service_(runtime.rpc, search_) {
    runtime.rpc.ObserveRefusals(audit::RecordRefusalsIn(audit_.refusals()));
  }

  std::vector<grpc::Service*> services() override {
    std::vector<grpc::Service*> all = reporters_.services();
    all.insert(all.end(), {&service_, &event_service_, &contact_service_, &bundle_service_,
                           &search_service_, evidence_.service()});
    return all;
  }

  absl::Status Prepare() override {
    RETURN_IF_ERROR(db::CheckSchemaVersion(*pool_, kMinimumSchema));
    RETURN_IF_ERROR(sealing_.Prepare(transactor_));
    return audit_.Prepare();
  }

  absl::Status CheckReady() override { return pool_->Ping(kPingTimeout); }

  void StartWorkers() override {
    audit_.Start();
    sealing_.Start();
    writer_.Start();
    relay_->Start();
    sampling_.Start();
    pruning_.Start();
    evidence_.Start();
  }

  void StopWorkers() override {
    // Each takes its time when the database hangs, so they end together; the relay last, for what
    // was just written.
    std::jthread writer([this] { writer_.Stop(grace_ * kWriterShare); });
    worker::StopTogether(reporters_, evidence_, pruning_, sampling_);
    writer.join();
    worker::StopTogether(*relay_, sealing_);
  }

  // Reads and refusals are recorded behind the answers.
  void FinishCalls() override { audit_.Stop(); }

 private:
  // For pruning_.
  absl::StatusOr<bool> Prune() {
    ASSIGN_OR_RETURN(const bool answers, housekeeping_.RunOnce());
    ASSIGN_OR_RETURN(const bool requests, forgetting_.RunOnce());
    return answers || requests;
  }

  const absl::Duration grace_;
  const std::unique_ptr<db::Pool> pool_;
  const std::unique_ptr<db::Pool> writer_pool_;
  db::Transactor transactor_;
  db::Transactor writer_transactor_;
  audit::Audit audit_;
  sealing::Sealing sealing_;
  const ContentSeal seal_;
  SqlIntakeStore store_;
  SqlIntakeStore writer_store_;
  const std::unique_ptr<outbox::Relay> relay_;
  GroupCommit writer_;
  BacklogGate gate_;
  outbox::Gauges gauges_;
  Housekeeping housekeeping_;
  worker::Periodic sampling_;
  worker::Periodic pruning_;
  const std::shared_ptr<grpc::Channel> triage_;
  ReporterRoom reporters_;
  Submitter submitter_;
  client::TriageAccessChecker checker_;
  const ReportAccess access_;
  const idempotency::PageTokens tokens_;
  Reports reports_;
  Contacts contacts_;
  EvidenceRoom evidence_;
  RequestForgetting forgetting_;
  SqlDisposalStore disposal_store_;
  Disposals disposals_;
  SqlExportStore export_store_;
  ReportExports exports_;
  IntakeService service_;
  IntakeEventService event_service_;
  ContactService contact_service_;
  BundleService bundle_service_;
  ReportSearch search_;
  SearchService search_service_;
};

}  // namespace

absl::Status CheckConfig(const IntakeConfig& config) {
  const auto wrong = [](const char* what) { return absl::InvalidArgumentError(what); };
  RETURN_IF_ERROR(config::CheckDatabase(config.database()));
  RETURN_IF_ERROR(config::CheckOutbox(config.outbox()));
  if (config.triage().target().empty()) return wrong("triage.target: empty, want a gRPC target");
  RETURN_IF_ERROR(CheckReporterConfig(config));
  if (config.group_commit().writers() < 0 || config.group_commit().writers() > 64) {
    return wrong("group_commit.writers: want 0 to 64");
  }
  if (config.group_commit().max_batch() < 0 || config.group_commit().max_batch() > 1024) {
    return wrong("group_commit.max_batch: want 0 to 1024");
  }
  RETURN_IF_ERROR(config::CheckCount("group_commit.max_queue", config.group_commit().max_queue()));
  RETURN_IF_ERROR(config::CheckPageTokenKey(config.server()));
  RETURN_IF_ERROR(sealing::CheckConfig(config.sealing()));
  if (config.has_inspector()) RETURN_IF_ERROR(inspection::CheckConfig(config.inspector()));
  return audit::CheckConfig(config.audit());
}

absl::StatusOr<std::unique_ptr<server::App>> MakeIntakeApp(const IntakeConfig& config,
                                                           server::Runtime& runtime) {
  RETURN_IF_ERROR(CheckConfig(config));
  ASSIGN_OR_RETURN(const db::PoolOptions pool,
                   config::PoolOptionsOf(config.database(), kWorkerConnections));
  ASSIGN_OR_RETURN(audit::Keys audit_keys, audit::ReadKeys(config.audit(), runtime.keys));
  ASSIGN_OR_RETURN(idempotency::PageTokens tokens,
                   idempotency::PageTokens::FromFile(config.server().page_token_key_file(),
                                                     runtime.keys, runtime.clock));
  ASSIGN_OR_RETURN(ReporterSecrets secrets, ReadReporterSecrets(config, runtime.keys));
  ASSIGN_OR_RETURN(sealing::Keys sealing_keys,
                   sealing::ReadKeys(config.sealing(), "intake", runtime.keys));
  std::unique_ptr<inspection::Inspector> inspector;
  if (config.has_inspector()) {
    ASSIGN_OR_RETURN(
        inspector, inspection::MakeInspector(config.inspector(), runtime.clock, runtime.telemetry));
  }
  return std::make_unique<IntakeApp>(config, pool, std::move(audit_keys), std::move(tokens),
                                     std::move(secrets), std::move(sealing_keys),
                                     std::move(inspector), runtime);
}

}  // namespace mamori::intake
