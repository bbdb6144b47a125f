#include "services/mamorictl/session.h"

#include "absl/strings/ascii.h"
#include "common/client/channel.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/receipt_file.h"
#include "services/mamorictl/text_source.h"

namespace mamori::ctl {

std::shared_ptr<grpc::Channel> Session::Channel(const std::string& target) const {
  config::v1::Peer peer;
  peer.set_target(target);
  peer.set_server_name(settings_.server_name);
  config::v1::Tls tls;
  tls.set_cert_file(settings_.cert_file);
  tls.set_key_file(settings_.key_file);
  tls.set_ca_file(settings_.ca_file);
  return client::CreateChannel(peer, tls);
}

intake::v1::IntakeService::Stub& Session::intake() {
  if (!intake_) intake_ = intake::v1::IntakeService::NewStub(Channel(settings_.intake));
  return *intake_;
}

intake::v1::ReporterService::Stub& Session::reporter() {
  if (!reporter_) reporter_ = intake::v1::ReporterService::NewStub(Channel(settings_.intake));
  return *reporter_;
}

intake::v1::DialogueService::Stub& Session::dialogue() {
  if (!dialogue_) dialogue_ = intake::v1::DialogueService::NewStub(Channel(settings_.intake));
  return *dialogue_;
}

triage::v1::TriageService::Stub& Session::triage() {
  if (!triage_) triage_ = triage::v1::TriageService::NewStub(Channel(settings_.triage));
  return *triage_;
}

triage::v1::FactFindingService::Stub& Session::findings() {
  if (!findings_) findings_ = triage::v1::FactFindingService::NewStub(Channel(settings_.triage));
  return *findings_;
}

triage::v1::MeasureService::Stub& Session::measures() {
  if (!measures_) measures_ = triage::v1::MeasureService::NewStub(Channel(settings_.triage));
  return *measures_;
}

triage::v1::JudgementService::Stub& Session::judgements() {
  if (!judgements_) judgements_ = triage::v1::JudgementService::NewStub(Channel(settings_.triage));
  return *judgements_;
}

triage::v1::CareService::Stub& Session::cares() {
  if (!cares_) cares_ = triage::v1::CareService::NewStub(Channel(settings_.triage));
  return *cares_;
}

triage::v1::PreventionService::Stub& Session::preventions() {
  if (!preventions_)
    preventions_ = triage::v1::PreventionService::NewStub(Channel(settings_.triage));
  return *preventions_;
}

triage::v1::TaskService::Stub& Session::tasks() {
  if (!tasks_) tasks_ = triage::v1::TaskService::NewStub(Channel(settings_.triage));
  return *tasks_;
}

triage::v1::HearingService::Stub& Session::hearings() {
  if (!hearings_) hearings_ = triage::v1::HearingService::NewStub(Channel(settings_.triage));
  return *hearings_;
}

triage::v1::DisclosureService::Stub& Session::disclosures() {
  if (!disclosures_)
    disclosures_ = triage::v1::DisclosureService::NewStub(Channel(settings_.triage));
  return *disclosures_;
}

triage::v1::LeakIncidentService::Stub& Session::leaks() {
  if (!leaks_) leaks_ = triage::v1::LeakIncidentService::NewStub(Channel(settings_.triage));
  return *leaks_;
}

triage::v1::SubjectRequestService::Stub& Session::subject_requests() {
  if (!subject_requests_) {
    subject_requests_ = triage::v1::SubjectRequestService::NewStub(Channel(settings_.triage));
  }
  return *subject_requests_;
}

triage::v1::BreachService::Stub& Session::breaches() {
  if (!breaches_) breaches_ = triage::v1::BreachService::NewStub(Channel(settings_.triage));
  return *breaches_;
}

triage::v1::DesignatedHandlerService::Stub& Session::handlers() {
  if (!handlers_)
    handlers_ = triage::v1::DesignatedHandlerService::NewStub(Channel(settings_.triage));
  return *handlers_;
}

notification::v1::NotificationService::Stub& Session::notification() {
  if (!notification_) {
    notification_ = notification::v1::NotificationService::NewStub(Channel(settings_.notification));
  }
  return *notification_;
}

std::string Session::Token() const {
  std::string token = settings_.token;
  if (!settings_.token_file.empty() && !ReadText(settings_.token_file, token)) {
    err_ << "mamorictl: cannot read " << settings_.token_file << "\n";
  }
  return std::string(absl::StripAsciiWhitespace(token));
}

std::unique_ptr<grpc::ClientContext> Session::Call(bool stream) const {
  server::CallContext who;
  who.request_id = id::ToText(ids_.NewId());
  who.deadline =
      stream ? absl::InfiniteFuture() : clock_.Now() + absl::Seconds(settings_.timeout_seconds);
  auto context = client::MakeContext(who.deadline, &who);
  if (const std::string token = Token(); !token.empty()) client::SetToken(token, *context);
  return context;
}

std::unique_ptr<grpc::ClientContext> Session::AnonymousCall(bool stream) const {
  return client::MakeContext(stream ? absl::InfiniteFuture()
                                    : clock_.Now() + absl::Seconds(settings_.timeout_seconds));
}

std::string Session::NewReceipt() const { return ctl::NewReceipt(ids_); }

absl::StatusOr<std::string> Session::ReadOrMakeReceipt(const std::string& file) const {
  return ctl::ReadOrMakeReceipt(file, ids_);
}

std::string Session::RequestId(const std::string& given) const {
  return given.empty() ? id::ToText(ids_.NewId()) : given;
}

int Session::Fail(const grpc::Status& status) const {
  if (json()) {
    err_ << ErrorJson(status);
  } else {
    err_ << "mamorictl: " << ErrorText(status);
  }
  return ExitCodeOf(status);
}

int Session::Fail(const absl::Status& status) const {
  err_ << "mamorictl: " << absl::StatusCodeToString(status.code()) << ": " << status.message()
       << "\n";
  return ExitCodeOf(status);
}

int Session::FailLocally(const std::string& message) const {
  err_ << "mamorictl: " << message << "\n";
  return kLocalFailure;
}

int Session::FailUsage(const std::string& message) const {
  err_ << "mamorictl: " << message << "\n";
  return kUsage;
}

int Session::Show(const google::protobuf::Message& message, const std::string& text) const {
  out_ << (json() ? Json(message) : text) << std::flush;
  return out_.good() ? kOk : kLocalFailure;
}

}  // namespace mamori::ctl
