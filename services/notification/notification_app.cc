#include "services/notification/notification_app.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
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
#include "common/outbox/gauges.h"
#include "common/outbox/relay.h"
#include "common/policy/policy.h"
#include "common/policy/policy_catalog.h"
#include "common/policy/sql_policy_store.h"
#include "common/server/server_config.h"
#include "common/status/macros.h"
#include "common/worker/periodic.h"
#include "common/worker/stop_together.h"
#include "mamori/triage/v1/triage_service.grpc.pb.h"
#include "services/notification/case_access.h"
#include "services/notification/channel_transport.h"
#include "services/notification/dispatcher.h"
#include "services/notification/ingest.h"
#include "services/notification/mail_transport.h"
#include "services/notification/notification_service.h"
#include "services/notification/sender_settings.h"
#include "services/notification/sql_dispatch_store.h"
#include "services/notification/sql_escalation_store.h"
#include "services/notification/sql_housekeeping_store.h"
#include "services/notification/sql_ingest_store.h"
#include "services/notification/sql_notification_store.h"
#include "services/notification/sql_webhook_store.h"
#include "services/notification/webhook_transport.h"

namespace mamori::notification {
namespace {

using config::Or;
using config::v1::NotificationConfig;

// The last migration that this code relies on.
constexpr int kMinimumSchema = 91;
constexpr absl::Duration kPingTimeout = absl::Seconds(1);
// Relay, backlog, claims, settlements, escalations, housekeeping, audit, refusals and readiness,
// beside the handlers.
constexpr int kWorkerConnections = 9;
// Of the grace; the rest is the relay's.
constexpr double kDispatcherShare = 0.8;
// What a claim has to outlast beyond the slowest channel: the writing of its outcome.
constexpr absl::Duration kSettleMargin = absl::Seconds(5);

// What is read from files and checked before anything is made.
struct Parts {
  db::PoolOptions pool;
  std::shared_ptr<const policy::PolicyVersion> policy;
  MailOptions mail;
  WebhookOptions webhook;
  SecretBox secrets;
  audit::Keys audit;
  idempotency::PageTokens tokens;
};

absl::StatusOr<MailOptions> MailOptionsOf(const config::v1::Smtp& smtp) {
  MailOptions options;
  options.url = smtp.url();
  options.user = smtp.user();
  if (!smtp.password_file().empty()) {
    ASSIGN_OR_RETURN(options.password, config::ReadSecret(smtp.password_file()));
  }
  options.ca_file = smtp.ca_file();
  options.from = smtp.from();
  options.timeout = Or(smtp.has_timeout(), smtp.timeout(), options.timeout);
  options.allow_plaintext = smtp.allow_plaintext();
  options.max_connections = Or(smtp.max_connections(), options.max_connections);
  return options;
}

absl::StatusOr<WebhookOptions> WebhookOptionsOf(const config::v1::Webhook& webhook) {
  WebhookOptions options;
  ASSIGN_OR_RETURN(options.addresses,
                   AddressPolicy::Create({webhook.allowed_private_networks().begin(),
                                          webhook.allowed_private_networks().end()}));
  options.extra_ca_file = webhook.extra_ca_file();
  options.timeout = Or(webhook.has_timeout(), webhook.timeout(), options.timeout);
  options.max_connections = Or(webhook.max_connections(), options.max_connections);
  return options;
}

DispatcherOptions DispatcherOptionsOf(const NotificationConfig& config, const Parts& parts) {
  DispatcherOptions options;
  options.batch = Or(config.dispatcher().batch(), options.batch);
  options.poll_interval = Or(config.dispatcher().has_poll_interval(),
                             config.dispatcher().poll_interval(), options.poll_interval);
  options.lease = Or(config.dispatcher().has_lease(), config.dispatcher().lease(), options.lease);
  options.attempt_budget = std::max(parts.mail.timeout, parts.webhook.timeout);
  options.circuit.failures = Or(config.webhook().circuit_failures(), options.circuit.failures);
  options.circuit.wait = Or(config.webhook().has_circuit_wait(), config.webhook().circuit_wait(),
                            options.circuit.wait);
  return options;
}

// Nobody waits for outcomes: they go back in larger batches.
outbox::RelayOptions OutcomeRelayOptions(const config::v1::Outbox& outbox) {
  outbox::RelayOptions options = config::RelayOptionsOf(outbox);
  options.linger = absl::Milliseconds(50);
  return options;
}

class NotificationApp final : public server::App {
 public:
  NotificationApp(const NotificationConfig& config, const Parts& parts, server::Runtime& runtime)
      : grace_(server::Grace(config.server())),
        policy_(parts.policy),
        pool_(db::Pool::Create(parts.pool)),
        transactor_(*pool_, runtime.clock, runtime.sleeper),
        audit_(config.audit(), "notification", parts.audit, transactor_, runtime.clock, runtime.ids,
               runtime.telemetry),
        policy_store_(transactor_, runtime.clock),
        policies_(policy_store_),
        relay_(outbox::Relay::Create(
            {transactor_, runtime.clock, runtime.ids, runtime.telemetry},
            client::MakeEventPublisher<triage::v1::IngestEventsRequest,
                                       triage::v1::IngestEventsResponse>(
                std::shared_ptr(triage::v1::TriageService::NewStub(
                    client::CreateChannel(config.triage(), config.server().tls())))),
            OutcomeRelayOptions(config.outbox()))),
        gauges_(outbox::MeasureWith(transactor_), runtime.clock, runtime.telemetry,
                outbox::kGaugedRows, nullptr),
        gauging_({.name = "backlog", .interval = absl::Seconds(1)}, runtime.ids, runtime.telemetry,
                 [this] { return gauges_.Sample(); }),
        mail_(parts.mail, runtime.clock),
        webhook_(parts.webhook, runtime.clock),
        transport_(mail_, webhook_),
        builder_({config.link_template(), config.smtp().from(), config.smtp().message_id_host()},
                 parts.secrets),
        checker_(client::CreateChannel(config.triage(), config.server().tls()), runtime.clock),
        fresh_checker_(client::CreateChannel(config.triage(), config.server().tls()), runtime.clock,
                       absl::ZeroDuration()),
        access_(checker_, parts.policy->policy.access()),
        notice_access_(fresh_checker_, parts.policy->policy.access()),
        dispatch_store_(transactor_, runtime.clock, runtime.ids, audit_.journal()),
        dispatcher_({dispatch_store_, policies_, transport_, builder_, runtime.clock, runtime.ids,
                     runtime.telemetry, [this] { relay_->Wake(); }, notice_access_},
                    DispatcherOptionsOf(config, parts)),
        escalation_store_(transactor_, policies_, runtime.clock, runtime.ids),
        escalating_({.name = "escalation", .interval = absl::Seconds(1)}, runtime.ids,
                    runtime.telemetry, [this] { return Escalate(); }),
        housekeeping_(transactor_, runtime.clock, runtime.sleeper, {}),
        pruning_({.name = "housekeeping", .interval = absl::Seconds(30)}, runtime.ids,
                 runtime.telemetry, [this] { return housekeeping_.RunOnce(); }),
        ingest_store_(transactor_, runtime.ids, audit_.journal()),
        ingestor_(ingest_store_, policies_, parts.policy, runtime.clock, runtime.ids,
                  [this] { dispatcher_.Wake(); }),
        tokens_(parts.tokens),
        notifications_(transactor_, runtime.clock, runtime.ids, audit_.journal(), access_, tokens_),
        webhooks_(transactor_, runtime.clock, runtime.ids, parts.secrets, tokens_),
        addresses_(parts.webhook.addresses),
        service_({runtime.rpc, ingestor_, notifications_, webhooks_, addresses_,
                  [this] { dispatcher_.Wake(); }, [this] { relay_->Wake(); }}) {
    runtime.rpc.ObserveRefusals(audit::RecordRefusalsIn(audit_.refusals()));
  }

  std::vector<grpc::Service*> services() override { return {&service_}; }

  absl::Status Prepare() override {
    RETURN_IF_ERROR(db::CheckSchemaVersion(*pool_, kMinimumSchema));
    RETURN_IF_ERROR(audit_.Prepare());
    return policies_.Add(policy_);
  }

  absl::Status CheckReady() override { return pool_->Ping(kPingTimeout); }

  void StartWorkers() override {
    audit_.Start();
    relay_->Start();
    gauging_.Start();
    dispatcher_.Start();
    escalating_.Start();
    pruning_.Start();
  }

  void StopWorkers() override {
    // Each takes its time when the database hangs, so they end together; the relay last, for the
    // outcomes.
    std::jthread dispatcher([this] { dispatcher_.Stop(grace_ * kDispatcherShare); });
    worker::StopTogether(pruning_, escalating_, gauging_);
    dispatcher.join();
    relay_->Stop();
  }

  // Reads and refusals are recorded behind the answers.
  void FinishCalls() override { audit_.Stop(); }

 private:
  absl::StatusOr<bool> Escalate() {
    ASSIGN_OR_RETURN(const SqlEscalationStore::Fired fired, escalation_store_.FireDue());
    if (fired.deliveries > 0) dispatcher_.Wake();
    return fired.timers > 0;
  }

  const absl::Duration grace_;
  const std::shared_ptr<const policy::PolicyVersion> policy_;
  const std::unique_ptr<db::Pool> pool_;
  db::Transactor transactor_;
  audit::Audit audit_;
  policy::SqlPolicyStore policy_store_;
  policy::PolicyCatalog policies_;
  const std::unique_ptr<outbox::Relay> relay_;
  outbox::Gauges gauges_;
  worker::Periodic gauging_;
  MailTransport mail_;
  WebhookTransport webhook_;
  ChannelTransport transport_;
  const AttemptBuilder builder_;
  client::TriageAccessChecker checker_;
  // Before a notice goes out: what is kept is the dispatcher's affair, from when it asked.
  client::TriageAccessChecker fresh_checker_;
  const CaseAccess access_;
  const CaseAccess notice_access_;
  SqlDispatchStore dispatch_store_;
  Dispatcher dispatcher_;
  SqlEscalationStore escalation_store_;
  worker::Periodic escalating_;
  SqlHousekeepingStore housekeeping_;
  worker::Periodic pruning_;
  SqlIngestStore ingest_store_;
  Ingestor ingestor_;
  const idempotency::PageTokens tokens_;
  SqlNotificationStore notifications_;
  SqlWebhookStore webhooks_;
  const AddressPolicy addresses_;
  NotificationGrpcService service_;
};

bool IsPlain(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isgraph(c) && c != '<' && c != '>';
  });
}

absl::StatusOr<Parts> PartsOf(const NotificationConfig& config, server::Runtime& runtime) {
  crypto::KeyArena& keys = runtime.keys;
  ASSIGN_OR_RETURN(auto pool, config::PoolOptionsOf(config.database(), kWorkerConnections));
  ASSIGN_OR_RETURN(auto policy, policy::LoadPolicyFile(config.policy_file()));
  ASSIGN_OR_RETURN(auto mail, MailOptionsOf(config.smtp()));
  ASSIGN_OR_RETURN(auto webhook, WebhookOptionsOf(config.webhook()));
  ASSIGN_OR_RETURN(audit::Keys audit_keys, audit::ReadKeys(config.audit(), keys));
  ASSIGN_OR_RETURN(crypto::Key key, keys.Read(config.webhook().secret_key_file()));
  ASSIGN_OR_RETURN(idempotency::PageTokens tokens,
                   idempotency::PageTokens::FromFile(config.server().page_token_key_file(), keys,
                                                     runtime.clock));
  return Parts{std::move(pool),    std::move(policy),         std::move(mail),
               std::move(webhook), SecretBox(std::move(key)), std::move(audit_keys),
               std::move(tokens)};
}

}  // namespace

namespace {

// All but the policy, whose reading takes long.
absl::Status CheckSettings(const NotificationConfig& config) {
  const auto wrong = [](const char* what) { return absl::InvalidArgumentError(what); };
  RETURN_IF_ERROR(config::CheckDatabase(config.database()));
  RETURN_IF_ERROR(config::CheckOutbox(config.outbox()));
  if (config.triage().target().empty()) return wrong("triage.target: empty, want a gRPC target");
  if (config.smtp().url().empty()) return wrong("smtp.url: empty, want smtp://host:port");
  // Both stand in the header of every mail.
  if (!IsPlain(config.smtp().from())) return wrong("smtp.from: want a bare address");
  if (!IsPlain(config.smtp().message_id_host())) {
    return wrong("smtp.message_id_host: want a host name");
  }
  if (config.webhook().secret_key_file().empty()) {
    return wrong("webhook.secret_key_file: empty, want a file");
  }
  if (config.link_template().empty()) return wrong("link_template: empty, want a URL");
  if (config.policy_file().empty()) return wrong("policy_file: empty, want a file");
  RETURN_IF_ERROR(CheckSenders(config));
  const absl::Duration longest = std::max(
      Or(config.smtp().has_timeout(), config.smtp().timeout(), MailOptions().timeout),
      Or(config.webhook().has_timeout(), config.webhook().timeout(), WebhookOptions().timeout));
  if (Or(config.dispatcher().has_lease(), config.dispatcher().lease(), DispatcherOptions().lease) <
      longest + kSettleMargin) {
    return wrong("dispatcher.lease: shorter than the longest time-out and 5 s");
  }
  RETURN_IF_ERROR(crypto::CheckKeyFile(config.webhook().secret_key_file()));
  RETURN_IF_ERROR(config::CheckPageTokenKey(config.server()));
  RETURN_IF_ERROR(audit::CheckConfig(config.audit()));
  return WebhookOptionsOf(config.webhook()).status();
}

}  // namespace

absl::Status CheckConfig(const NotificationConfig& config) {
  RETURN_IF_ERROR(CheckSettings(config));
  return policy::LoadPolicyFile(config.policy_file()).status();
}

absl::StatusOr<std::unique_ptr<server::App>> MakeNotificationApp(const NotificationConfig& config,
                                                                 server::Runtime& runtime) {
  RETURN_IF_ERROR(CheckSettings(config));
  ASSIGN_OR_RETURN(const Parts parts, PartsOf(config, runtime));
  return std::make_unique<NotificationApp>(config, parts, runtime);
}

}  // namespace mamori::notification
