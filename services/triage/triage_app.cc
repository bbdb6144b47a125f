#include "services/triage/triage_app.h"

#include <string>
#include <utility>
#include <vector>

#include "common/audit/audit.h"
#include "common/audit/call_refusals.h"
#include "common/client/channel.h"
#include "common/client/event_publisher.h"
#include "common/config/options.h"
#include "common/crypto/keyed_hash.h"
#include "common/db/pool.h"
#include "common/db/schema.h"
#include "common/db/transaction.h"
#include "common/idempotency/page_token.h"
#include "common/outbox/gauges.h"
#include "common/outbox/relay.h"
#include "common/policy/policy.h"
#include "common/policy/policy_catalog.h"
#include "common/policy/sql_policy_store.h"
#include "common/sealing/sealing.h"
#include "common/status/macros.h"
#include "common/text/tokenizer.h"
#include "common/worker/periodic.h"
#include "common/worker/stop_together.h"
#include "mamori/intake/v1/intake_event_service.grpc.pb.h"
#include "mamori/notification/v1/notification_service.grpc.pb.h"
#include "services/triage/access.h"
#include "services/triage/access_gate.h"
#include "services/triage/access_seal.h"
#include "services/triage/actor_service.h"
#include "services/triage/actors.h"
#include "services/triage/assessors.h"
#include "services/triage/audit_leak_source.h"
#include "services/triage/bundle_service.h"
#include "services/triage/bundles.h"
#include "services/triage/cases.h"
#include "services/triage/casework_services.h"
#include "services/triage/clock_books.h"
#include "services/triage/contact_signal_service.h"
#include "services/triage/contact_signals.h"
#include "services/triage/deadline_service.h"
#include "services/triage/deadline_timers.h"
#include "services/triage/deadlines.h"
#include "services/triage/designations.h"
#include "services/triage/event_router.h"
#include "services/triage/grpc_contact_source.h"
#include "services/triage/grpc_report_ownership.h"
#include "services/triage/grpc_report_source.h"
#include "services/triage/guarded_parts.h"
#include "services/triage/handler_rules.h"
#include "services/triage/housekeeping.h"
#include "services/triage/ingest.h"
#include "services/triage/memory_keys.h"
#include "services/triage/opinion_parts.h"
#include "services/triage/people_services.h"
#include "services/triage/report_exporter.h"
#include "services/triage/similarity.h"
#include "services/triage/similarity_service.h"
#include "services/triage/sketch_index.h"
#include "services/triage/sql_access_store.h"
#include "services/triage/sql_actor_store.h"
#include "services/triage/sql_bundle_store.h"
#include "services/triage/sql_case_store.h"
#include "services/triage/sql_contact_signal_store.h"
#include "services/triage/sql_deadline_store.h"
#include "services/triage/sql_desk_store.h"
#include "services/triage/sql_handler_store.h"
#include "services/triage/sql_ingest_store.h"
#include "services/triage/sql_sketch_store.h"
#include "services/triage/sql_statistics_store.h"
#include "services/triage/sql_watch_store.h"
#include "services/triage/sql_work_store.h"
#include "services/triage/statistics.h"
#include "services/triage/statistics_service.h"
#include "services/triage/time_marks.h"
#include "services/triage/triage_service.h"
#include "services/triage/triage_settings.h"
#include "services/triage/watch.h"
#include "services/triage/watch_hub.h"

namespace mamori::triage {
namespace {

using config::v1::TriageConfig;

// The last migration that this code relies on.
constexpr int kMinimumSchema = 410;
constexpr absl::Duration kPingTimeout = absl::Seconds(1);
// Changes are gathered this long before they get their positions: nobody who watches minds.
constexpr absl::Duration kWatchLinger = absl::Milliseconds(50);
// Relay, backlog, sequencer, housekeeping, deadlines, their auditor, statistics, audit, refusals,
// time marks, designations and readiness, beside the handlers.
constexpr int kWorkerConnections = 12;

class TriageApp final : public server::App {
 public:
  TriageApp(const TriageConfig& config, const db::PoolOptions& pool, crypto::KeyedHash access_key,
            crypto::Key record_key, crypto::KeyedHash memory_key, audit::Keys audit_keys,
            idempotency::PageTokens tokens, sealing::Keys sealing_keys,
            std::shared_ptr<const policy::PolicyVersion> policy, server::Runtime& runtime)
      : pool_(db::Pool::Create(pool)),
        transactor_(*pool_, runtime.clock, runtime.sleeper),
        policies_(transactor_, runtime.clock),
        catalog_(policies_),
        audit_(config.audit(), "triage", std::move(audit_keys), transactor_, runtime.clock,
               runtime.ids, runtime.telemetry),
        seal_(std::move(access_key), std::move(record_key), audit_.journal(), runtime.telemetry),
        sealing_(config.sealing(), std::move(sealing_keys), runtime.clock, runtime.sleeper,
                 runtime.ids, runtime.telemetry, audit_.erasures()),
        designations_(transactor_, seal_, runtime.clock,
                      DutyVersionOf(policy->policy.designated_handlers())),
        gate_(policy->policy.access(), policy->policy.designated_handlers(), &designations_),
        tokens_(std::move(tokens)),
        memory_(std::move(memory_key)),
        notices_(policy->policy.anonymous_notices()),
        assessors_(catalog_, policy),
        marks_(runtime.clock, runtime.ids, runtime.telemetry),
        clocks_(catalog_),
        intake_(client::CreateChannel(config.intake(), config.server().tls())),
        reports_(intake_),
        ownership_(intake_, client::OnBehalf(config.server().tls(), runtime.clock)),
        contacts_(intake_),
        case_store_(transactor_, runtime.clock, seal_, sealing_.sealer()),
        ingest_store_(transactor_, runtime.clock, seal_, sealing_.sealer()),
        access_store_(transactor_, seal_),
        actor_store_(transactor_, runtime.clock, seal_, sealing_.sealer()),
        signal_store_(transactor_, runtime.clock, seal_),
        watch_store_(transactor_, runtime.clock),
        sketch_store_(transactor_),
        sketch_index_(sketch_store_, runtime.clock, {}),
        deadline_store_(transactor_, runtime.clock, runtime.ids, seal_, sealing_.sealer()),
        statistics_store_(transactor_, runtime.clock, runtime.ids),
        work_store_(transactor_, runtime.clock, seal_, sealing_.sealer(), marks_),
        desk_store_(transactor_, seal_, sealing_.sealer()),
        opinion_({runtime.rpc, transactor_, runtime.clock, seal_, sealing_.sealer(), marks_,
                  work_store_, reports_, assessors_, HeldOutFiles(config)}),
        relay_(outbox::Relay::Create(
            {transactor_, runtime.clock, runtime.ids, runtime.telemetry},
            RouteEvents(
                client::MakeEventPublisher<notification::v1::IngestEventsRequest,
                                           notification::v1::IngestEventsResponse>(
                    std::shared_ptr(notification::v1::NotificationService::NewStub(
                        client::CreateChannel(config.notification(), config.server().tls())))),
                client::MakeEventPublisher<intake::v1::IngestEventsRequest,
                                           intake::v1::IngestEventsResponse>(
                    std::shared_ptr(intake::v1::IntakeEventService::NewStub(
                        client::CreateChannel(config.intake(), config.server().tls()))))),
            config::RelayOptionsOf(config.outbox()))),
        gauges_(outbox::MeasureWith(transactor_), runtime.clock, runtime.telemetry,
                outbox::kGaugedRows, nullptr),
        gauging_({.name = "backlog", .interval = absl::Seconds(1)}, runtime.ids, runtime.telemetry,
                 [this] { return gauges_.Sample(); }),
        hub_(watch_store_, runtime.clock),
        sequencing_({.name = "watch", .interval = absl::Milliseconds(250), .linger = kWatchLinger},
                    runtime.ids, runtime.telemetry, [this] { return hub_.RunOnce(); }),
        housekeeping_(watch_store_, runtime.clock, runtime.sleeper, {}),
        pruning_({.name = "housekeeping", .interval = absl::Seconds(30)}, runtime.ids,
                 runtime.telemetry, [this] { return housekeeping_.RunOnce(); }),
        timers_({deadline_store_, gate_, clocks_, runtime.clock, runtime.ids,
                 [this] { WakeWorkers(); }, [this] { return marks_.Believed(transactor_); }}),
        timing_({.name = "deadlines", .interval = absl::Seconds(1)}, runtime.ids, runtime.telemetry,
                [this] { return timers_.RunOnce(); }),
        auditor_(deadline_store_, runtime.clock, runtime.telemetry),
        auditing_({.name = "deadline_auditor", .interval = absl::Seconds(30)}, runtime.ids,
                  runtime.telemetry, [this] { return auditor_.RunOnce(); }),
        publisher_(statistics_store_, sealing_.sealer(), policy, runtime.clock,
                   [this] { return marks_.Believed(transactor_); }),
        publishing_(
            {.name = "statistics", .interval = absl::Minutes(5), .max_backoff = absl::Minutes(5)},
            runtime.ids, runtime.telemetry, [this] { return publisher_.RunOnce(); }),
        statistics_(statistics_store_, tokens_),
        ingest_({ingest_store_, gate_, reports_, contacts_, assessors_, memory_, runtime.clock,
                 runtime.ids, notices_, [this] { WakeWorkers(); }, &clocks_, &opinion_.opinions()}),
        cases_({case_store_, work_store_, gate_, assessors_, runtime.clock, runtime.ids,
                [this] { WakeWorkers(); }, tokens_, &audit_.reads(), &clocks_}),
        deadlines_({case_store_, deadline_store_, gate_, clocks_, runtime.clock, runtime.ids,
                    [this] { WakeWorkers(); }, tokens_, &audit_.reads()}),
        watch_(watch_store_, hub_, {access_store_, gate_}, tokens_, runtime.clock, {}),
        access_({case_store_, access_store_, gate_, runtime.clock, runtime.ids,
                 [this] { WakeWorkers(); }}),
        actors_({actor_store_, case_store_, access_store_, gate_, runtime.clock, runtime.ids,
                 [this] { WakeWorkers(); }, tokens_}),
        signals_({signal_store_, case_store_, gate_, assessors_, runtime.clock, runtime.ids,
                  [this] { WakeWorkers(); }, tokens_, &clocks_}),
        similarity_({sketch_index_, sketch_store_, actor_store_, access_store_, gate_, reports_,
                     memory_, tokenizer_}),
        analyze_(assessors_, opinion_.opinions()),
        casework_(runtime.rpc,
                  {work_store_, case_store_, gate_, assessors_, runtime.clock, runtime.ids,
                   [this] { WakeWorkers(); }, tokens_, &audit_.reads(), &clocks_},
                  desk_store_, reports_, ownership_),
        marking_({.name = "time_marks", .interval = absl::Seconds(10)}, runtime.ids,
                 runtime.telemetry, [this] { return marks_.RunOnce(transactor_); }),
        designating_({.name = "designations", .interval = absl::Seconds(1)}, runtime.ids,
                     runtime.telemetry, [this] { return designations_.RunOnce(); }),
        guarded_({runtime.rpc, transactor_, runtime.clock, runtime.ids, seal_, sealing_.sealer(),
                  sealing_.eraser(), marks_, gate_, tokens_, policy->policy, policy->digest,
                  [this] { WakeWorkers(); }}),
        leak_source_(transactor_, seal_, intake_,
                     client::OnBehalf(config.server().tls(), runtime.clock)),
        handler_store_(transactor_, runtime.clock, seal_),
        people_(runtime.rpc, casework_.casework(), leak_source_,
                {transactor_, seal_, sealing_.sealer(), marks_, case_store_, work_store_, intake_,
                 client::OnBehalf(config.server().tls(), runtime.clock), &audit_.reads()},
                {handler_store_, gate_, runtime.clock, runtime.ids, tokens_}),
        bundle_store_(transactor_, seal_, sealing_.sealer()),
        exporter_(intake_, client::OnBehalf(config.server().tls(), runtime.clock)),
        bundles_({bundle_store_, case_store_, exporter_, gate_, sealing_.sealer(),
                  audit_.signing_key(), transactor_, runtime.clock, runtime.sleeper, runtime.ids}),
        service_(runtime.rpc, ingest_, cases_, watch_, access_, analyze_),
        actor_service_(runtime.rpc, actors_),
        signal_service_(runtime.rpc, signals_),
        similarity_service_(runtime.rpc, similarity_),
        deadline_service_(runtime.rpc, deadlines_),
        statistics_service_(runtime.rpc, statistics_),
        bundle_service_(runtime.rpc, bundles_) {
    runtime.rpc.ObserveRefusals(audit::RecordRefusalsIn(audit_.refusals()));
  }

  std::vector<grpc::Service*> services() override {
    std::vector<grpc::Service*> services = casework_.services();
    for (grpc::Service* service : people_.services()) services.push_back(service);
    for (grpc::Service* service : guarded_.services()) services.push_back(service);
    services.insert(services.end(), {&service_, &actor_service_, &signal_service_,
                                     &similarity_service_, &deadline_service_, &statistics_service_,
                                     &bundle_service_, opinion_.service()});
    return services;
  }

  absl::Status Prepare() override {
    RETURN_IF_ERROR(db::CheckSchemaVersion(*pool_, kMinimumSchema));
    RETURN_IF_ERROR(sealing_.Prepare(transactor_));
    RETURN_IF_ERROR(guarded_.ForgetErased());
    RETURN_IF_ERROR(designations_.RunOnce().status());
    return audit_.Prepare();
  }

  absl::Status CheckReady() override {
    RETURN_IF_ERROR(assessors_.Current().status());
    return pool_->Ping(kPingTimeout);
  }

  void StartWorkers() override {
    audit_.Start();
    sealing_.Start();
    relay_->Start();
    gauging_.Start();
    sequencing_.Start();
    pruning_.Start();
    timing_.Start();
    auditing_.Start();
    publishing_.Start();
    marking_.Start();
    designating_.Start();
  }

  void StopWorkers() override {
    // Each takes its time when the database hangs, so they end together.
    worker::StopTogether(hub_, marking_, designating_, publishing_, auditing_, timing_, pruning_,
                         sequencing_, gauging_, *relay_, sealing_);
  }

  // Reads and refusals are recorded behind the answers.
  void FinishCalls() override { audit_.Stop(); }

 private:
  void WakeWorkers() {
    relay_->Wake();
    sequencing_.Wake();
  }

  const std::unique_ptr<db::Pool> pool_;
  db::Transactor transactor_;
  policy::SqlPolicyStore policies_;
  policy::PolicyCatalog catalog_;
  audit::Audit audit_;
  const AccessSeal seal_;
  sealing::Sealing sealing_;
  Designations designations_;
  const AccessGate gate_;
  const idempotency::PageTokens tokens_;
  const MemoryKeys memory_;
  const mamori::v1::AnonymousNotices notices_;
  Assessors assessors_;
  const TimeMarks marks_;
  ClockBooks clocks_;
  const std::shared_ptr<grpc::Channel> intake_;
  GrpcReportSource reports_;
  GrpcReportOwnership ownership_;
  GrpcContactSource contacts_;
  SqlCaseStore case_store_;
  SqlIngestStore ingest_store_;
  SqlAccessStore access_store_;
  SqlActorStore actor_store_;
  SqlContactSignalStore signal_store_;
  SqlWatchStore watch_store_;
  SqlSketchStore sketch_store_;
  SketchIndex sketch_index_;
  text::LazyTokenizer tokenizer_;
  SqlDeadlineStore deadline_store_;
  SqlStatisticsStore statistics_store_;
  SqlWorkStore work_store_;
  SqlDeskStore desk_store_;
  OpinionParts opinion_;
  const std::unique_ptr<outbox::Relay> relay_;
  outbox::Gauges gauges_;
  worker::Periodic gauging_;
  WatchHub hub_;
  worker::Periodic sequencing_;
  Housekeeping housekeeping_;
  worker::Periodic pruning_;
  DeadlineTimers timers_;
  worker::Periodic timing_;
  DeadlineAuditor auditor_;
  worker::Periodic auditing_;
  StatisticsPublisher publisher_;
  worker::Periodic publishing_;
  Statistics statistics_;
  Ingest ingest_;
  Cases cases_;
  Deadlines deadlines_;
  Watch watch_;
  Access access_;
  Actors actors_;
  ContactSignals signals_;
  Similarity similarity_;
  Analyze analyze_;
  CaseworkServices casework_;
  worker::Periodic marking_;
  worker::Periodic designating_;
  GuardedParts guarded_;
  AuditLeakSource leak_source_;
  SqlHandlerStore handler_store_;
  PeopleServices people_;
  SqlBundleStore bundle_store_;
  GrpcReportExporter exporter_;
  Bundles bundles_;
  TriageService service_;
  ActorService actor_service_;
  ContactSignalService signal_service_;
  SimilarityService similarity_service_;
  DeadlineService deadline_service_;
  StatisticsService statistics_service_;
  BundleService bundle_service_;
};

}  // namespace

absl::Status CheckConfig(const TriageConfig& config) {
  RETURN_IF_ERROR(CheckSettings(config));
  return policy::LoadPolicyFile(config.policy_file()).status();
}

absl::StatusOr<std::unique_ptr<server::App>> MakeTriageApp(const TriageConfig& config,
                                                           server::Runtime& runtime) {
  RETURN_IF_ERROR(CheckSettings(config));
  ASSIGN_OR_RETURN(auto policy, policy::LoadPolicyFile(config.policy_file()));
  ASSIGN_OR_RETURN(const db::PoolOptions pool,
                   config::PoolOptionsOf(config.database(), kWorkerConnections));
  ASSIGN_OR_RETURN(crypto::KeyedHash access_key,
                   crypto::KeyedHash::FromFile(config.access_key_file(), runtime.keys));
  ASSIGN_OR_RETURN(crypto::Key record_key, AccessSeal::RecordKey(access_key, runtime.keys));
  ASSIGN_OR_RETURN(crypto::KeyedHash memory_key,
                   crypto::KeyedHash::FromFile(config.memory_key_file(), runtime.keys));
  ASSIGN_OR_RETURN(audit::Keys audit_keys, audit::ReadKeys(config.audit(), runtime.keys));
  ASSIGN_OR_RETURN(idempotency::PageTokens tokens,
                   idempotency::PageTokens::FromFile(config.server().page_token_key_file(),
                                                     runtime.keys, runtime.clock));
  ASSIGN_OR_RETURN(sealing::Keys sealing_keys,
                   sealing::ReadKeys(config.sealing(), "triage", runtime.keys));
  return std::make_unique<TriageApp>(config, pool, std::move(access_key), std::move(record_key),
                                     std::move(memory_key), std::move(audit_keys),
                                     std::move(tokens), std::move(sealing_keys), std::move(policy),
                                     runtime);
}

}  // namespace mamori::triage
