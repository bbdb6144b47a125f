#include "common/audit/content.h"

#include "absl/strings/str_cat.h"

namespace mamori::audit {

std::string RecordOf(const Authenticator& authenticator, const CaseColumns& c) {
  return authenticator.OfRecord(
      {"case_record", c.case_id, c.tenant, c.company, absl::StrCat(c.state),
       absl::StrCat(c.report_kind), absl::StrCat(c.severity), c.assignee, c.categories,
       c.policy_digest, c.merged_into, absl::StrCat(c.version), absl::StrCat(c.access_version)});
}

}  // namespace mamori::audit
