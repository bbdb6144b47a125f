#include "services/triage/viewer_filter.h"

#include <algorithm>

#include "common/authz/access_record.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

void MakeUnique(std::vector<id::Id>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

bool KeepsSomebodyOut(const mamori::v1::CaseAccess& access) {
  return access.exclusions_size() > 0 || access.excluded_departments_size() > 0;
}

}  // namespace

std::vector<id::Id> ViewerFilter::Readable(const AccessStore::Records& records) const {
  std::vector<id::Id> readable;
  for (const auto& [id, record] : records) {
    if (gate_.MayRead(viewer_, record)) readable.push_back(id);
  }
  return readable;
}

absl::StatusOr<AccessStore::Records> ViewerFilter::RecordsOf(std::vector<id::Id> cases) const {
  MakeUnique(cases);
  if (cases.empty()) return AccessStore::Records();
  return records_.ReadByCase(call_.tenant, cases, call_.deadline);
}

absl::StatusOr<std::vector<id::Id>> ViewerFilter::ReadableCases(std::vector<id::Id> cases) const {
  ASSIGN_OR_RETURN(const AccessStore::Records records, RecordsOf(std::move(cases)));
  return Readable(records);
}

absl::StatusOr<std::vector<id::Id>> ViewerFilter::ReadableReports(
    std::vector<id::Id> reports) const {
  MakeUnique(reports);
  if (reports.empty()) return reports;
  ASSIGN_OR_RETURN(const AccessStore::Records records,
                   records_.ReadByReport(call_.tenant, reports, call_.deadline));
  return Readable(records);
}

absl::Status ViewerFilter::RequireFirstReader() const {
  if (!viewer_.person.empty() && viewer_.roles.Has(authz::Role::kFirstReader))
    return absl::OkStatus();
  return status::Error(absl::StatusCode::kPermissionDenied,
                       mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED, "only first readers");
}

bool AreApart(const mamori::v1::CaseAccess& one, const mamori::v1::CaseAccess& other) {
  return authz::AudienceOf(one) != authz::AudienceOf(other) || KeepsSomebodyOut(one) ||
         KeepsSomebodyOut(other);
}

}  // namespace mamori::triage
