#include "services/intake/uncased_access.h"

#include "mamori/v1/access.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::intake {

bool MayUseUncased(const authz::Viewer& viewer, authz::Action action, const std::string& tenant,
                   const mamori::v1::Report& report) {
  mamori::v1::CaseAccess record;
  record.set_tenant(tenant);
  record.set_kind(report.kind());
  record.set_consulting(report.kind() == mamori::v1::REPORT_KIND_CONSULTATION);
  // Without a slot that is closed: not everyone is known.
  record.set_own_people(true);
  for (const std::string& person : report.keep_out()) {
    mamori::v1::CaseExclusion& exclusion = *record.add_exclusions();
    exclusion.set_person(person);
    exclusion.set_cause(mamori::v1::EXCLUSION_CAUSE_KEEP_OUT);
  }
  return authz::Decide(viewer, record, mamori::v1::AccessPolicy(), action) ==
         authz::Decision::kAllow;
}

}  // namespace mamori::intake
