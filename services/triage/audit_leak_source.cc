#include "services/triage/audit_leak_source.h"

#include <algorithm>
#include <string>

#include "common/audit/recorded_reads.h"
#include "common/client/channel.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/sql_access_rows.h"

namespace mamori::triage {
namespace {

constexpr char kListReportReads[] = "/mamori.intake.v1.IdentityService/ListReportReads";
constexpr size_t kMaxReports = 500;

}  // namespace

absl::Status AuditLeakSource::AddCaseReads(const server::CallContext& call, const CaseRow& row,
                                           absl::Time from, absl::Time to, LeakEvidence& evidence) {
  ASSIGN_OR_RETURN(const audit::RecordedReads found,
                   audit::FindReads(transactor_, seal_.journal().authenticator(),
                                    {.kind = audit::Kind::kCaseReads,
                                     .tenant = row.tenant,
                                     .resources = {row.case_id},
                                     .person = {},
                                     .from = from,
                                     .to = to},
                                    call.deadline));
  evidence.unbelieved_rows += found.unbelieved;
  for (const audit::RecordedRead& one : found.reads) {
    evidence.case_reads.push_back(
        {.person = one.person, .count = one.count, .first = one.first, .last = one.last});
  }
  return absl::OkStatus();
}

absl::Status AuditLeakSource::AddReportReads(const server::CallContext& call,
                                             const std::vector<id::Id>& reports, absl::Time from,
                                             absl::Time to, LeakEvidence& evidence) {
  for (size_t begin = 0; begin < reports.size(); begin += kMaxReports) {
    intake::v1::ListReportReadsRequest request;
    for (size_t i = begin; i < std::min(reports.size(), begin + kMaxReports); ++i) {
      request.add_reports(id::Name("reports", reports[i]));
    }
    *request.mutable_from_time() = time::ToTimestamp(from);
    *request.mutable_to_time() = time::ToTimestamp(to);
    const auto context = client::MakeContext(call.deadline);
    RETURN_IF_ERROR(on_behalf_.Pass(
        call, kListReportReads, {request.reports().begin(), request.reports().end()}, *context));
    intake::v1::ListReportReadsResponse response;
    RETURN_IF_ERROR(
        status::FromGrpcStatus(intake_->ListReportReads(context.get(), request, &response)));
    evidence.unbelieved_rows += response.unbelieved_rows();
    for (const intake::v1::RecordedReading& one : response.readings()) {
      evidence.report_reads.push_back({.person = one.person(),
                                       .count = one.count(),
                                       .first = time::FromTimestamp(one.first_time()),
                                       .last = time::FromTimestamp(one.last_time())});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ReadBy> AuditLeakSource::FindReadBy(const server::CallContext& call,
                                                   const std::string& person, absl::Time from,
                                                   absl::Time to) {
  ASSIGN_OR_RETURN(const audit::RecordedReads found,
                   audit::FindReads(transactor_, seal_.journal().authenticator(),
                                    {.kind = audit::Kind::kCaseReads,
                                     .tenant = call.tenant,
                                     .resources = {},
                                     .person = person,
                                     .from = from,
                                     .to = to},
                                    call.deadline));
  ReadBy read{.cases = {}, .reports = {}, .unbelieved_rows = found.unbelieved};
  for (const audit::RecordedRead& one : found.reads) read.cases.push_back(one.resource_id);
  intake::v1::ListReportReadsRequest request;
  request.set_person(person);
  *request.mutable_from_time() = time::ToTimestamp(from);
  *request.mutable_to_time() = time::ToTimestamp(to);
  const auto context = client::MakeContext(call.deadline);
  RETURN_IF_ERROR(on_behalf_.Pass(call, kListReportReads, {person}, *context));
  intake::v1::ListReportReadsResponse response;
  RETURN_IF_ERROR(
      status::FromGrpcStatus(intake_->ListReportReads(context.get(), request, &response)));
  read.unbelieved_rows += response.unbelieved_rows();
  for (const intake::v1::RecordedReading& one : response.readings()) {
    ASSIGN_OR_RETURN(id::Id report_id, id::FromName("reports", one.resource()));
    read.reports.push_back(std::move(report_id));
  }
  return read;
}

absl::StatusOr<LeakEvidence> AuditLeakSource::Find(const server::CallContext& call,
                                                   const CaseRow& row,
                                                   const std::vector<id::Id>& reports,
                                                   absl::Time from, absl::Time to) {
  LeakEvidence evidence;
  evidence.access = row.access;
  evidence.by_day = row.anonymous;
  RETURN_IF_ERROR(transactor_.Run({.deadline = call.deadline, .read_only = true}, [&](db::Tx& tx) {
    evidence.past = {};
    return SelectAccessPast(tx, seal_, row.access, evidence.past);
  }));
  RETURN_IF_ERROR(AddCaseReads(call, row, from, to, evidence));
  RETURN_IF_ERROR(AddReportReads(call, reports, from, to, evidence));
  return evidence;
}

}  // namespace mamori::triage
