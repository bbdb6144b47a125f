// What every command works with: stubs, call contexts, streams and ids.
#ifndef MAMORI_SERVICES_MAMORICTL_SESSION_H_
#define MAMORI_SERVICES_MAMORICTL_SESSION_H_

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/dialogue_service.grpc.pb.h"
#include "mamori/intake/v1/intake_service.grpc.pb.h"
#include "mamori/intake/v1/reporter_service.grpc.pb.h"
#include "mamori/notification/v1/notification_service.grpc.pb.h"
#include "mamori/triage/v1/breach_service.grpc.pb.h"
#include "mamori/triage/v1/care_service.grpc.pb.h"
#include "mamori/triage/v1/designated_handler_service.grpc.pb.h"
#include "mamori/triage/v1/disclosure_service.grpc.pb.h"
#include "mamori/triage/v1/fact_finding_service.grpc.pb.h"
#include "mamori/triage/v1/hearing_service.grpc.pb.h"
#include "mamori/triage/v1/judgement_service.grpc.pb.h"
#include "mamori/triage/v1/leak_incident_service.grpc.pb.h"
#include "mamori/triage/v1/measure_service.grpc.pb.h"
#include "mamori/triage/v1/prevention_service.grpc.pb.h"
#include "mamori/triage/v1/subject_request_service.grpc.pb.h"
#include "mamori/triage/v1/task_service.grpc.pb.h"
#include "mamori/triage/v1/triage_service.grpc.pb.h"
#include "services/mamorictl/settings.h"

namespace mamori::ctl {

class Session {
 public:
  Session(const Settings& settings, id::IdSource& ids, const time::Clock& clock,
          time::Sleeper& sleeper, std::ostream& out, std::ostream& err)
      : settings_(settings), ids_(ids), clock_(clock), sleeper_(sleeper), out_(out), err_(err) {}

  // Connected on first use.
  intake::v1::IntakeService::Stub& intake();
  intake::v1::ReporterService::Stub& reporter();
  intake::v1::DialogueService::Stub& dialogue();
  triage::v1::TriageService::Stub& triage();
  triage::v1::FactFindingService::Stub& findings();
  triage::v1::MeasureService::Stub& measures();
  triage::v1::JudgementService::Stub& judgements();
  triage::v1::CareService::Stub& cares();
  triage::v1::PreventionService::Stub& preventions();
  triage::v1::TaskService::Stub& tasks();
  triage::v1::HearingService::Stub& hearings();
  triage::v1::DisclosureService::Stub& disclosures();
  triage::v1::LeakIncidentService::Stub& leaks();
  triage::v1::SubjectRequestService::Stub& subject_requests();
  triage::v1::BreachService::Stub& breaches();
  triage::v1::DesignatedHandlerService::Stub& handlers();
  notification::v1::NotificationService::Stub& notification();
  std::shared_ptr<grpc::Channel> Channel(const std::string& target) const;

  // The context of one call, with the access token of the settings where there is one. Without a
  // deadline for streams.
  std::unique_ptr<grpc::ClientContext> Call(bool stream = false) const;
  // For what is done by a receipt: without a token, request id and trace.
  std::unique_ptr<grpc::ClientContext> AnonymousCall(bool stream = false) const;
  std::string NewReceipt() const;
  absl::StatusOr<std::string> ReadOrMakeReceipt(const std::string& file) const;
  // `given`, or a new one when that is empty.
  std::string RequestId(const std::string& given) const;

  // Says what went wrong on the error stream and returns the exit code for it.
  int Fail(const grpc::Status& status) const;
  int Fail(const absl::Status& status) const;  // of something that was no call
  int FailLocally(const std::string& message) const;
  int FailUsage(const std::string& message) const;
  // Prints the JSON form, or else `text`. Returns kOk, or kLocalFailure when the output is closed.
  int Show(const google::protobuf::Message& message, const std::string& text) const;

  const Settings& settings() const { return settings_; }
  const time::Clock& clock() const { return clock_; }
  time::Sleeper& sleeper() const { return sleeper_; }
  std::ostream& out() const { return out_; }
  std::ostream& err() const { return err_; }
  bool json() const { return settings_.json; }

 private:
  std::string Token() const;

  const Settings& settings_;
  id::IdSource& ids_;
  const time::Clock& clock_;
  time::Sleeper& sleeper_;
  std::ostream& out_;
  std::ostream& err_;
  std::unique_ptr<intake::v1::IntakeService::Stub> intake_;
  std::unique_ptr<intake::v1::ReporterService::Stub> reporter_;
  std::unique_ptr<intake::v1::DialogueService::Stub> dialogue_;
  std::unique_ptr<triage::v1::TriageService::Stub> triage_;
  std::unique_ptr<triage::v1::FactFindingService::Stub> findings_;
  std::unique_ptr<triage::v1::MeasureService::Stub> measures_;
  std::unique_ptr<triage::v1::JudgementService::Stub> judgements_;
  std::unique_ptr<triage::v1::CareService::Stub> cares_;
  std::unique_ptr<triage::v1::PreventionService::Stub> preventions_;
  std::unique_ptr<triage::v1::TaskService::Stub> tasks_;
  std::unique_ptr<triage::v1::HearingService::Stub> hearings_;
  std::unique_ptr<triage::v1::DisclosureService::Stub> disclosures_;
  std::unique_ptr<triage::v1::LeakIncidentService::Stub> leaks_;
  std::unique_ptr<triage::v1::SubjectRequestService::Stub> subject_requests_;
  std::unique_ptr<triage::v1::BreachService::Stub> breaches_;
  std::unique_ptr<triage::v1::DesignatedHandlerService::Stub> handlers_;
  std::unique_ptr<notification::v1::NotificationService::Stub> notification_;
};

// The command that the flags chose. Exactly one callback of the parser sets it.
struct Choice {
  std::function<int(Session&)> run;
  // False for what speaks to no service.
  bool needs_services = true;
};

// The groups of commands, each in a file of its own.
void AddSubmitCommands(CLI::App& app, Choice& choice);
void AddReporterCommands(CLI::App& app, Choice& choice);
void AddDialogueCommands(CLI::App& app, Choice& choice);
void AddEvidenceCommands(CLI::App& app, Choice& choice);
void AddEvidenceUpload(CLI::App& group, Choice& choice);
void AddSearchCommands(CLI::App& app, Choice& choice);
void AddReportCommands(CLI::App& app, Choice& choice);
void AddActCommands(CLI::App& app, Choice& choice);
void AddAccessCommands(CLI::App& app, Choice& choice);
void AddActorCommands(CLI::App& app, Choice& choice);
void AddContactCommands(CLI::App& app, Choice& choice);
void AddCaseCommands(CLI::App& app, Choice& choice);
void AddDeadlineCommands(CLI::App& app, Choice& choice);
void AddStatisticsCommands(CLI::App& app, Choice& choice);
void AddCaseVerbs(CLI::App& group, Choice& choice);
void AddMeasureCommands(CLI::App& cases, Choice& choice);
void AddFindingCommands(CLI::App& cases, Choice& choice);
void AddJudgementCommands(CLI::App& cases, Choice& choice);
void AddCareCommands(CLI::App& cases, Choice& choice);
void AddPreventionCommands(CLI::App& cases, Choice& choice);
void AddTaskCommands(CLI::App& cases, Choice& choice);
void AddCasePeopleCommands(CLI::App& cases, Choice& choice);
void AddPeopleCommands(CLI::App& app, Choice& choice);
void AddTenantCommands(CLI::App& app, Choice& choice);
void AddWatchCommand(CLI::App& group, Choice& choice);
void AddDeliveryCommands(CLI::App& app, Choice& choice);
void AddDeskCommands(CLI::App& app, Choice& choice);
void AddTimelineCommand(CLI::App& app, Choice& choice);
void AddWebhookCommands(CLI::App& app, Choice& choice);
void AddAnalyzeCommand(CLI::App& app, Choice& choice);
void AddOverviewCommand(CLI::App& app, Choice& choice);
void AddHoldCommands(CLI::App& app, Choice& choice);
void AddOpinionCommands(CLI::App& app, Choice& choice);
void AddHealthCommand(CLI::App& app, Choice& choice);
void AddMemoryCommands(CLI::App& app, Choice& choice);
void AddMigrateCommand(CLI::App& app, Choice& choice);
void AddAuditCommands(CLI::App& app, Choice& choice);
void AddKeysCommand(CLI::App& app, Choice& choice);
void AddBundleCommands(CLI::App& app, Choice& choice);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_SESSION_H_
