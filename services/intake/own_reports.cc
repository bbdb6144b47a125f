#include "services/intake/own_reports.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "common/authz/reporter_rights.h"
#include "common/idempotency/hash.h"
#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/status/role_not_allowed.h"
#include "services/intake/await_commit.h"
#include "services/intake/deciding.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/reporter_rules.h"

namespace mamori::intake {
namespace {

v1::Sharing ToProto(const SharingRow& row) {
  v1::Sharing sharing;
  sharing.set_version(row.version);
  sharing.set_scope(row.version == 0 ? v1::SHARING_SCOPE_EVERYONE
                                     : static_cast<v1::SharingScope>(row.scope));
  return sharing;
}

// Whose report it is.
const std::string& PersonOf(const server::CallContext& call,
                            const v1::SubmitIdentifiedReportRequest& request) {
  return request.for_person().empty() ? call.person : request.for_person();
}

}  // namespace

absl::StatusOr<NewReport> OwnReports::Prepare(const server::CallContext& call,
                                              const v1::SubmitIdentifiedReportRequest& request) {
  const bool confidential = request.mode() == mamori::v1::REPORTER_MODE_CONFIDENTIAL;
  v1::SubmitReportRequest submit;
  submit.set_request_id(request.request_id());
  *submit.mutable_report() = request.report();
  submit.mutable_report()->set_reporter_mode(request.mode());
  std::string identity;
  if (confidential) {
    mamori::v1::ReporterIdentity who = request.report().reporter();
    // Who says nothing of themselves is known by the token alone.
    if (who.person().empty()) who.set_person(PersonOf(call, request));
    identity = who.SerializeAsString();
    submit.mutable_report()->clear_reporter();
  }
  server::CallContext known = call;
  if (confidential) known.traceparent.clear();
  // The person is part of what makes a request the same, and so is what was taken out.
  submit.mutable_report()->set_submitter_digest(
      d_.keys.Digest(idempotency::Hash({identity, call.person, request.for_person()})));
  ASSIGN_OR_RETURN(
      NewReport row,
      MakeNewReport(d_.seal, known, kSubmitIdentifiedReport, submit,
                    {.subject = d_.ids.NewId(), .event = d_.ids.NewId()}, d_.clock.Now()));
  const auto add = [&](const std::string& person, ReporterRole role, const std::string& about) {
    IdentityRow& one = row.identities.emplace_back();
    one.report_id = row.report_id;
    one.tenant = row.tenant;
    one.person_hash = d_.keys.PersonHash(row.tenant, row.report_id, person);
    one.role = role;
    one.identity = about;
    d_.keys.Seal(one);
  };
  if (!identity.empty()) {
    // The report's own key around it: it goes for good with the report.
    ASSIGN_OR_RETURN(const sealing::DataKey key, d_.seal.sealer().Open(*row.key));
    identity = key.Seal(sealing::ReporterIdentity(row.tenant, row.report_id),
                        d_.box.Seal({"identity", row.tenant, row.report_id}, identity));
  }
  add(PersonOf(call, request), ReporterRole::kReporter, identity);
  if (PersonOf(call, request) != call.person) add(call.person, ReporterRole::kForAnother, "");
  return row;
}

absl::StatusOr<v1::SubmitReportResponse> OwnReports::Submit(
    const server::CallContext& call, const v1::SubmitIdentifiedReportRequest& request) {
  RETURN_IF_ERROR(Validate(request, d_.clock.Now()));
  if (PersonOf(call, request) != call.person && !authz::MayReportForAnother(call.roles)) {
    return status::RoleNotAllowed();
  }
  RETURN_IF_ERROR(d_.gate.Admit(request.report().immediate_danger()));
  auto submission = std::make_unique<Submission>();
  ASSIGN_OR_RETURN(submission->report, Prepare(call, request));
  submission->deadline = call.deadline;
  ASSIGN_OR_RETURN(const std::string answer, AwaitCommit(d_.writer, std::move(submission)));
  v1::SubmitReportResponse response;
  if (!response.ParseFromString(answer)) {
    return absl::InternalError("a stored answer cannot be parsed");
  }
  return response;
}

absl::StatusOr<v1::Sharing> OwnReports::Share(const server::CallContext& call, const Party& party,
                                              const v1::Sharing& sharing) {
  ASSIGN_OR_RETURN(const ReporterAct act, DecidingAct(d_.messages, d_.clock, call, party));
  SharingRow row{.report_id = party.report_id,
                 .version = sharing.version(),
                 .tenant = party.tenant,
                 .scope = sharing.scope()};
  std::vector<std::string> people;
  for (const std::string& person : sharing.people()) {
    people.push_back(d_.keys.PersonHash(party.tenant, party.report_id, person));
  }
  std::sort(people.begin(), people.end());
  for (const std::string& person : people) row.people += person;
  ASSIGN_OR_RETURN(const SharingRow stored, d_.store.Share(act, std::move(row), call.deadline));
  return ToProto(stored);
}

absl::StatusOr<v1::Sharing> OwnReports::GetSharing(const server::CallContext& call,
                                                   const Party& party) {
  ASSIGN_OR_RETURN(const ReporterDecisions decisions,
                   d_.store.FindDecisions(party.tenant, {party.report_id}, call.deadline));
  const auto found = decisions.sharing.find(party.report_id);
  return ToProto(found == decisions.sharing.end() ? SharingRow() : found->second);
}

absl::StatusOr<v1::WithdrawReportResponse> OwnReports::Withdraw(const server::CallContext& call,
                                                                const Party& party) {
  ASSIGN_OR_RETURN(const ReporterAct act, DecidingAct(d_.messages, d_.clock, call, party));
  mamori::v1::Event event = EventOf(act, d_.ids);
  event.mutable_report_withdrawn();
  RETURN_IF_ERROR(d_.store.Withdraw(act, event, call.deadline));
  d_.committed();
  v1::WithdrawReportResponse response;
  for (const v1::Remains remains :
       {v1::REMAINS_REPORT_UNSHOWN, v1::REMAINS_CASE, v1::REMAINS_DIALOGUE, v1::REMAINS_AUDIT}) {
    response.add_remains(remains);
  }
  return response;
}

}  // namespace mamori::intake
