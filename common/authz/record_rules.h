// Who may know of what no single case has: legal holds, and records of the tenant. Pure; asked
// besides the access of every case that such a record means.
#ifndef MAMORI_COMMON_AUTHZ_RECORD_RULES_H_
#define MAMORI_COMMON_AUTHZ_RECORD_RULES_H_

#include <string_view>

#include "common/authz/access_rules.h"

namespace mamori::authz {

// Nobody learns of what is kept about themselves, whatever their roles are. `person` is whom a
// record is about, empty for nobody. Also true of a viewer who is nobody: of them nothing is known.
bool IsAboutOneself(const Viewer& viewer, std::string_view person);

// Who looks after legal holds: lawyers, first readers, auditors and administrators.
bool MayLookAfterHolds(RoleSet roles);

}  // namespace mamori::authz

#endif  // MAMORI_COMMON_AUTHZ_RECORD_RULES_H_
