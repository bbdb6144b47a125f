// Who may see a report that has no case yet: intake owns the access to it until then. Pure.
#ifndef MAMORI_SERVICES_INTAKE_UNCASED_ACCESS_H_
#define MAMORI_SERVICES_INTAKE_UNCASED_ACCESS_H_

#include <string>

#include "common/authz/access_rules.h"
#include "mamori/v1/report.pb.h"

namespace mamori::intake {

// Nobody knows yet whom the report tells of, so it is as a case about our own people is before
// everyone is matched: the first readers' alone, a consultation the consultation desk's alone, and
// never one's whom the reporter keeps out. No policy opens it further. `tenant` is the report's.
bool MayUseUncased(const authz::Viewer& viewer, authz::Action action, const std::string& tenant,
                   const mamori::v1::Report& report);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_UNCASED_ACCESS_H_
