#include "services/intake/report_reads.h"

#include <string>
#include <vector>

#include "common/audit/recorded_reads.h"
#include "common/authz/access_rules.h"
#include "common/status/macros.h"
#include "common/status/role_not_allowed.h"
#include "common/time/timestamp.h"
#include "services/intake/identity_rules.h"

namespace mamori::intake {

absl::StatusOr<v1::ListReportReadsResponse> ReportReads::List(
    const server::CallContext& call, const v1::ListReportReadsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  // For nothing but what triage has signed for.
  std::vector<std::string> names(request.reports().begin(), request.reports().end());
  if (!request.person().empty()) names.push_back(request.person());
  RETURN_IF_ERROR(server::RequireResource(call, names));
  // Who looks after access to cases, and the desk that does it for consultations.
  authz::RoleSet roles = {authz::Role::kFirstReader, authz::Role::kAdmin};
  if (request.person().empty()) roles.Add(authz::Role::kConsultation);
  if (!authz::RolesOf(call.roles).Meets(roles)) return status::RoleNotAllowed();
  audit::ReadsQuestion question{.kind = audit::Kind::kReportReads,
                                .tenant = call.tenant,
                                .resources = {},
                                .person = request.person(),
                                .from = time::FromTimestamp(request.from_time()),
                                .to = time::FromTimestamp(request.to_time())};
  for (const std::string& name : request.reports()) {
    ASSIGN_OR_RETURN(id::Id report_id, id::FromName("reports", name));
    question.resources.insert(std::move(report_id));
  }
  ASSIGN_OR_RETURN(
      const audit::RecordedReads found,
      audit::FindReads(transactor_, journal_.authenticator(), question, call.deadline));
  v1::ListReportReadsResponse response;
  response.set_unbelieved_rows(found.unbelieved);
  for (const audit::RecordedRead& one : found.reads) {
    v1::RecordedReading& reading = *response.add_readings();
    reading.set_resource(id::Name("reports", one.resource_id));
    reading.set_person(one.person);
    reading.set_action(one.action);
    reading.set_count(one.count);
    *reading.mutable_first_time() = time::ToTimestamp(one.first);
    *reading.mutable_last_time() = time::ToTimestamp(one.last);
  }
  return response;
}

}  // namespace mamori::intake
