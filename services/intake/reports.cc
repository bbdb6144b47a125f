#include "services/intake/reports.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/idempotency/hash.h"
#include "common/sealing/sealed_answer.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/methods.h"
#include "services/intake/page.h"
#include "services/intake/read_records.h"
#include "services/intake/records.h"
#include "services/intake/validate.h"

namespace mamori::intake {
namespace {

constexpr int kMaxSupplements = 100;
// Bodies read at once for a batch: most have a few KiB, none has more than 4 MiB.
constexpr int kBodiesPerRead = 32;
constexpr char kAssessPurpose[] = "assess";

Position PositionOf(const StoredHeading& row) {
  return {.create_micros = absl::ToUnixMicros(row.create_time), .id = row.report_id};
}

// No word of it.
mamori::v1::Report Withdrawn(const mamori::v1::Report& report) {
  mamori::v1::Report left;
  left.set_name(report.name());
  left.set_company(report.company());
  left.set_kind(report.kind());
  left.set_reporter_mode(report.reporter_mode());
  left.set_withdrawn(true);
  *left.mutable_create_time() = report.create_time();
  return left;
}

bool IsAnonymous(const mamori::v1::Report& report) {
  return report.reporter_mode() == mamori::v1::REPORTER_MODE_ANONYMOUS;
}

}  // namespace

absl::StatusOr<mamori::v1::Report> Reports::Complete(const server::CallContext& call,
                                                     const std::string& tenant,
                                                     const sealing::KeyRing& keys,
                                                     const StoredReport& row) {
  ASSIGN_OR_RETURN(const sealing::DataKey key, keys.KeyOf(tenant, row.body));
  ASSIGN_OR_RETURN(mamori::v1::Report report, ToReport(key, tenant, row));
  // Whom the reporter distrusts is for the owner of the case's access alone.
  if (call.purpose != kAssessPurpose) report.clear_keep_out();
  if (row.event_sequence <= 1) return report;
  ASSIGN_OR_RETURN(const std::vector<StoredSupplement> supplements,
                   store_.GetSupplements(tenant, row.report_id, kMaxSupplements, call.deadline));
  size_t bytes = row.body.size();
  size_t first = supplements.size();  // of those that are returned: the newest that fit
  while (first > 0 && bytes + supplements[first - 1].body.size() <= kMaxAnswerBytes) {
    bytes += supplements[--first].body.size();
  }
  for (size_t i = first; i < supplements.size(); ++i) {
    ASSIGN_OR_RETURN(*report.add_supplements(), ToSupplement(key, tenant, supplements[i]));
  }
  return report;
}

absl::StatusOr<mamori::v1::Report> Reports::Get(const server::CallContext& call,
                                                const v1::GetReportRequest& request) {
  RETURN_IF_ERROR(ValidateGetReport(request));
  const std::string id = id::FromName("reports", request.name()).value();
  RETURN_IF_ERROR(access_.Check(call, ReportAccess::Use::kRead, id));
  ASSIGN_OR_RETURN(const std::vector<StoredReport> rows,
                   store_.GetReports(call.tenant, {id}, call.deadline));
  if (rows.empty()) return status::NotFound("report");
  ASSIGN_OR_RETURN(const sealing::KeyRing keys,
                   FetchKeys(sealer_, rows, &StoredReport::body, call.deadline));
  auto report = Complete(call, call.tenant, keys, rows[0]);
  if (sealing::IsErased(report.status())) return Gone(call, id);
  RETURN_IF_ERROR(report.status());
  std::vector<mamori::v1::Report> reports(1);
  reports[0] = *std::move(report);
  RETURN_IF_ERROR(KeepShared(call, call.tenant, reports));
  if (reports.empty()) return status::NotFound("report");
  RETURN_IF_ERROR(RecordReads(reads_, call, {call.caller, call.person}, call.tenant,
                              {{id, IsAnonymous(reports[0])}}));
  return std::move(reports[0]);
}

// Whoever may see it learns no more of a report that was erased than of none; an erasure that
// nobody decided alarms.
absl::Status Reports::Gone(const server::CallContext& call, const std::string& report_id) const {
  sealer_.IsErasureDecided(sealing::Owner::kReport, report_id, call.deadline);
  return status::NotFound("report");
}

absl::Status Reports::KeepShared(const server::CallContext& call, const std::string& tenant,
                                 std::vector<mamori::v1::Report>& reports) {
  // Mamori's own assessment reads all.
  if (reporters_ == nullptr || call.purpose == kAssessPurpose) return absl::OkStatus();
  std::vector<std::string> ids;
  for (const mamori::v1::Report& report : reports) {
    // Nobody can have decided about the others.
    if (report.reporter_mode() == mamori::v1::REPORTER_MODE_UNSPECIFIED) continue;
    ASSIGN_OR_RETURN(ids.emplace_back(), id::FromName("reports", report.name()));
  }
  if (ids.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const ReporterGate::Withheld withheld,
                   reporters_->Find(tenant, ids, call.person, call.deadline));
  if (withheld.hidden.empty() && withheld.withdrawn.empty()) return absl::OkStatus();
  std::erase_if(reports, [&](const mamori::v1::Report& report) {
    return withheld.hidden.contains(*id::FromName("reports", report.name()));
  });
  for (mamori::v1::Report& report : reports) {
    if (withheld.withdrawn.contains(*id::FromName("reports", report.name())))
      report = Withdrawn(report);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::set<std::string>> Reports::Withheld(const server::CallContext& call,
                                                        const std::vector<std::string>& ids) {
  if (reporters_ == nullptr) return std::set<std::string>();
  ASSIGN_OR_RETURN(ReporterGate::Withheld withheld,
                   reporters_->Find(call.tenant, ids, call.person, call.deadline));
  withheld.hidden.merge(withheld.withdrawn);
  return std::move(withheld.hidden);
}

// A service that acts for itself reads what its row in the authorization table is for.
absl::StatusOr<std::vector<std::string>> Reports::Readable(const server::CallContext& call,
                                                           const std::vector<std::string>& ids) {
  if (call.purpose == kAssessPurpose) return ids;
  ASSIGN_OR_RETURN(const std::set<std::string> admitted,
                   access_.Admitted(call, ReportAccess::Use::kRead, ids, /*names=*/true));
  return std::vector<std::string>(admitted.begin(), admitted.end());
}

absl::StatusOr<v1::BatchGetReportsResponse> Reports::BatchGet(
    const server::CallContext& call, const v1::BatchGetReportsRequest& request) {
  RETURN_IF_ERROR(ValidateBatchGetReports(request));
  ASSIGN_OR_RETURN(const std::string tenant, server::TenantOf(call, request.tenant()));
  RETURN_IF_ERROR(server::RequireResource(call, {request.names().begin(), request.names().end()}));
  v1::BatchGetReportsResponse response;
  size_t bytes = 0;
  bool full = false;
  for (int begin = 0; begin < request.names_size(); begin += kBodiesPerRead) {
    const int end = std::min(begin + kBodiesPerRead, request.names_size());
    std::vector<std::string> ids;
    for (int i = begin; i < end && !full; ++i) {
      ids.push_back(id::FromName("reports", request.names(i)).value());
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> readable, Readable(call, ids));
    ASSIGN_OR_RETURN(std::vector<StoredReport> rows,
                     store_.GetReports(tenant, readable, call.deadline));
    ASSIGN_OR_RETURN(const sealing::KeyRing keys,
                     FetchKeys(sealer_, rows, &StoredReport::body, call.deadline));
    std::map<std::string_view, const StoredReport*> by_id;
    for (const StoredReport& row : rows) by_id.emplace(row.report_id, &row);
    for (int i = begin; i < end; ++i) {
      if (full) {
        response.add_remaining(request.names(i));
        continue;
      }
      const auto found = by_id.find(ids[i - begin]);
      if (found == by_id.end()) continue;
      auto completed = Complete(call, tenant, keys, *found->second);
      if (sealing::IsErased(completed.status())) {
        Gone(call, ids[i - begin]).IgnoreError();
        continue;
      }
      ASSIGN_OR_RETURN(mamori::v1::Report report, std::move(completed));
      const size_t size = report.ByteSizeLong();
      if (bytes > 0 && bytes + size > kMaxAnswerBytes) {
        full = true;
        response.add_remaining(request.names(i));
        continue;
      }
      bytes += size;
      *response.add_reports() = std::move(report);
    }
  }
  std::vector<mamori::v1::Report> reports(
      std::make_move_iterator(response.mutable_reports()->begin()),
      std::make_move_iterator(response.mutable_reports()->end()));
  RETURN_IF_ERROR(KeepShared(call, tenant, reports));
  response.clear_reports();
  std::vector<ReadReport> read;
  for (mamori::v1::Report& report : reports) {
    ASSIGN_OR_RETURN(const id::Id id, id::FromName("reports", report.name()));
    read.push_back({id, IsAnonymous(report)});
    *response.add_reports() = std::move(report);
  }
  RETURN_IF_ERROR(RecordReads(reads_, call, {call.caller, call.person}, tenant, read));
  return response;
}

absl::StatusOr<mamori::v1::Report> Reports::Listed(const server::CallContext& call,
                                                   const sealing::KeyRing& keys,
                                                   const StoredHeading& row) {
  ASSIGN_OR_RETURN(const sealing::DataKey key, keys.KeyOf(call.tenant, row.heading));
  ASSIGN_OR_RETURN(std::optional<mamori::v1::Report> listed, ToListed(key, call.tenant, row));
  if (listed) return *std::move(listed);
  ASSIGN_OR_RETURN(const std::vector<StoredReport> whole,
                   store_.GetReports(call.tenant, {row.report_id}, call.deadline));
  if (whole.empty()) return absl::InternalError("a report without a body");
  return ToListed(key, call.tenant, whole[0]);
}

absl::StatusOr<std::vector<StoredHeading>> Reports::ReadableRows(const server::CallContext& call,
                                                                 const ReportFilter& filter,
                                                                 Position& position, int limit) {
  std::vector<StoredHeading> readable;
  bool more = !call.person.empty();
  while (more && readable.empty()) {
    ASSIGN_OR_RETURN(std::vector<StoredHeading> rows,
                     store_.ListReports(call.tenant, filter, position, limit, call.deadline));
    more = static_cast<int>(rows.size()) == limit;
    limit = kRowsPerRead;  // should all of these be left out
    std::vector<std::string> ids;
    for (const StoredHeading& row : rows) ids.push_back(row.report_id);
    ASSIGN_OR_RETURN(const std::set<std::string> admitted,
                     access_.Admitted(call, ReportAccess::Use::kRead, ids));
    for (StoredHeading& row : rows) {
      position = PositionOf(row);
      if (admitted.contains(row.report_id)) readable.push_back(std::move(row));
    }
  }
  return readable;
}

absl::StatusOr<v1::ListReportsResponse> Reports::List(const server::CallContext& call,
                                                      const v1::ListReportsRequest& request) {
  RETURN_IF_ERROR(ValidateListReports(request));
  const std::string digest =
      idempotency::Hash({kListReports, request.company(), std::to_string(request.kind())});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(Position read, FromPageToken(tokens_, binding, request.page_token()));
  const ReportFilter filter{.company = request.company(), .kind = request.kind()};
  const int page_size = PageSize(request.page_size());
  v1::ListReportsResponse response;
  size_t bytes = 0;
  Position shown = read;  // the token names nothing that was left out
  while (true) {
    // One more than the page wants tells whether there is a next page.
    const int limit = std::min(kRowsPerRead, page_size - response.reports_size() + 1);
    ASSIGN_OR_RETURN(const std::vector<StoredHeading> rows,
                     ReadableRows(call, filter, read, limit));
    if (rows.empty()) return response;
    ASSIGN_OR_RETURN(const sealing::KeyRing keys,
                     FetchKeys(sealer_, rows, &StoredHeading::heading, call.deadline));
    for (const StoredHeading& row : rows) {
      auto opened = Listed(call, keys, row);
      if (sealing::IsErased(opened.status())) {
        Gone(call, row.report_id).IgnoreError();
        continue;
      }
      RETURN_IF_ERROR(opened.status());
      std::vector<mamori::v1::Report> listed(1);
      listed[0] = *std::move(opened);
      RETURN_IF_ERROR(KeepShared(call, call.tenant, listed));
      if (listed.empty()) continue;
      mamori::v1::Report& report = listed[0];
      const size_t size = report.ByteSizeLong();
      const bool full =
          response.reports_size() == page_size || (bytes > 0 && bytes + size > kMaxAnswerBytes);
      if (full) {
        response.set_next_page_token(ToPageToken(tokens_, binding, shown));
        return response;
      }
      bytes += size;
      shown = PositionOf(row);
      *response.add_reports() = std::move(report);
    }
  }
}

absl::StatusOr<bool> Reports::Visit(const server::CallContext& call, Position& position,
                                    const std::function<bool(const mamori::v1::Report&)>& visit) {
  for (Position read = position;;) {
    ASSIGN_OR_RETURN(const std::vector<StoredHeading> headings,
                     ReadableRows(call, {}, read, kBodiesPerRead));
    if (headings.empty()) return true;
    std::vector<std::string> ids;
    for (const StoredHeading& heading : headings) ids.push_back(heading.report_id);
    ASSIGN_OR_RETURN(const std::vector<StoredReport> rows,
                     store_.GetReports(call.tenant, ids, call.deadline));
    ASSIGN_OR_RETURN(const std::set<std::string> withheld, Withheld(call, ids));
    ASSIGN_OR_RETURN(const sealing::KeyRing keys,
                     FetchKeys(sealer_, rows, &StoredReport::body, call.deadline));
    std::map<std::string_view, const StoredReport*> by_id;
    for (const StoredReport& row : rows) by_id.emplace(row.report_id, &row);
    for (const StoredHeading& heading : headings) {
      position = PositionOf(heading);
      const auto row = by_id.find(heading.report_id);
      if (row == by_id.end() || withheld.contains(heading.report_id)) continue;
      const auto report = Complete(call, call.tenant, keys, *row->second);
      if (sealing::IsErased(report.status())) {
        Gone(call, heading.report_id).IgnoreError();
        continue;
      }
      RETURN_IF_ERROR(report.status());
      if (!visit(*report)) return false;
    }
  }
}

absl::StatusOr<mamori::v1::Supplement> Reports::Supplement(
    const server::CallContext& call, const v1::SupplementReportRequest& request) {
  RETURN_IF_ERROR(ValidateSupplementReport(request));
  const std::string id = id::FromName("reports", request.name()).value();
  // Before the request id too: an old answer is not for one who has been kept out since. Without a
  // person it is the application that carries a reporter's words.
  if (!call.person.empty()) {
    RETURN_IF_ERROR(access_.Check(call, ReportAccess::Use::kSupplement, id));
  }
  ASSIGN_OR_RETURN(const ReportFacts facts, store_.GetFacts(call.tenant, id, call.deadline));
  if (facts.anonymous && call.person.empty()) {
    return status::StateNotAllowed("who reported without a name writes by receipt");
  }
  const auto key = sealer_.FetchKey(call.tenant, facts.heading, call.deadline);
  if (sealing::IsErased(key.status())) return Gone(call, id);
  RETURN_IF_ERROR(key.status());
  const NewSupplement supplement =
      MakeNewSupplement(*key, call, request, {.subject = ids_.NewId(), .event = ids_.NewId()},
                        clock_.Now(), facts.anonymous);
  ASSIGN_OR_RETURN(const std::string sealed, store_.AddSupplement(supplement, call.deadline));
  ASSIGN_OR_RETURN(const std::string answer,
                   sealing::OpenAnswer(sealer_, {call.tenant, supplement.answer.key},
                                       DigestOf(request), sealed, call.deadline));
  mamori::v1::Supplement response;
  if (!response.ParseFromString(answer)) {
    return absl::InternalError("a stored answer cannot be parsed");
  }
  return response;
}

}  // namespace mamori::intake
