// Everything that serves reporters, made once and put together for the binary.
#ifndef MAMORI_SERVICES_INTAKE_REPORTER_ROOM_H_
#define MAMORI_SERVICES_INTAKE_REPORTER_ROOM_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <vector>

#include "common/audit/audit.h"
#include "common/client/access_checker.h"
#include "common/crypto/key_arena.h"
#include "common/crypto/keyed_hash.h"
#include "common/db/transaction.h"
#include "common/server/service_main.h"
#include "mamori/config/v1/config.pb.h"
#include "services/intake/act_user.h"
#include "services/intake/consents.h"
#include "services/intake/dialogue_service.h"
#include "services/intake/identities.h"
#include "services/intake/identity_service.h"
#include "services/intake/own_reports.h"
#include "services/intake/report_access.h"
#include "services/intake/report_reads.h"
#include "services/intake/reporter_service.h"
#include "services/intake/reporters.h"
#include "services/intake/sql_consent_store.h"
#include "services/intake/sql_identity_store.h"
#include "services/intake/sql_message_store.h"
#include "services/intake/sql_receipt_store.h"
#include "services/intake/sql_reporter_store.h"
#include "services/intake/timeline_service.h"

namespace mamori::intake {

// The keys that the configuration names.
struct ReporterSecrets {
  crypto::KeyedHash receipts;
  crypto::Key identities;
  std::vector<crypto::KeyedHash> sealing;
};

// INVALID_ARGUMENT, NOT_FOUND or FAILED_PRECONDITION for what is wrong or missing.
absl::Status CheckReporterConfig(const config::v1::IntakeConfig& config);
absl::StatusOr<ReporterSecrets> ReadReporterSecrets(const config::v1::IntakeConfig& config,
                                                    crypto::KeyArena& arena);

class ReporterRoom {
 public:
  ReporterRoom(const ReporterSecrets& secrets, db::Transactor& transactor, IntakeStore& reports,
               GroupCommit& writer, const ContentSeal& seal, const BacklogGate& backlog,
               audit::Audit& audit, const std::shared_ptr<grpc::Channel>& triage,
               const config::v1::IntakeConfig& config, server::Runtime& runtime,
               std::function<void()> committed);

  std::vector<grpc::Service*> services() {
    return {&reporter_service_, &dialogue_service_, &timeline_service_, &identity_service_};
  }
  FloodControl& flood() { return flood_; }
  ReporterGate& gate() { return gate_; }
  const ReporterKeys& keys() const { return keys_; }
  MessageStore& messages() { return messages_; }
  DialogueParties& parties() { return parties_; }
  const SealingKeys& sealing() const { return sealing_; }
  DialogueParties& fresh_parties() { return fresh_parties_; }
  // Ends the streams.
  void Stop() { dialogue_.Stop(); }

 private:
  const ReceiptKeys receipt_keys_;
  const ReporterKeys keys_;
  const ContentBox box_;
  const SealingKeys sealing_;
  FloodControl flood_;
  SqlReceiptStore receipts_;
  SqlReporterStore store_;
  SqlConsentStore consent_store_;
  SqlIdentityStore identity_store_;
  SqlMessageStore messages_;
  ReporterGate gate_;
  client::TriageAccessChecker access_;
  client::TriageAccessChecker fresh_access_;
  const ReportAccess report_access_;
  const ReportAccess fresh_report_access_;
  DialogueParties parties_;
  DialogueParties fresh_parties_;
  Dialogue dialogue_;
  Reporters reporters_;
  OwnReports own_;
  Consents consents_;
  GrpcActUser acts_;
  Identities identities_;
  ReportReads reads_;
  ReporterService reporter_service_;
  DialogueService dialogue_service_;
  TimelineService timeline_service_;
  IdentityService identity_service_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORTER_ROOM_H_
