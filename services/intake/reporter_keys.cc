#include "services/intake/reporter_keys.h"

#include "absl/strings/str_cat.h"

namespace mamori::intake {

std::string ReporterKeys::TagOf(const IdentityRow& row) const {
  return key_.Tag({"identity", row.report_id, row.person_hash, row.tenant,
                   absl::StrCat(static_cast<int>(row.role))});
}

std::string ReporterKeys::TagOf(const SharingRow& row) const {
  return key_.Tag({"sharing", row.report_id, absl::StrCat(row.version), row.tenant,
                   absl::StrCat(row.scope), row.people});
}

std::string ReporterKeys::TagOf(const ConsentRow& row) const {
  return key_.Tag({"consent", row.report_id, absl::StrCat(row.version), row.tenant,
                   row.given ? "given" : "not given"});
}

}  // namespace mamori::intake
