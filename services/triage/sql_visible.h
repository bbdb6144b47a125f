// The conditions by which lists over cases find what their asker may see, as far as the indexes
// know; the record of each case decides. Of case_record `c`.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_VISIBLE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_VISIBLE_H_

#include <string>
#include <string_view>

#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/list_viewer.h"

namespace mamori::triage {

// The viewer as the index knows them: by keyed hashes (VisibleTo).
ListViewer AsIndexed(const AccessSeal& seal, std::string_view tenant, ListViewer viewer);

// Whether no role lets the viewer into anything: the memberships by name are all there is, and what
// is listed is found from them, so that what is hidden costs nobody time. Then `kFromMemberships`
// is what to select from, before what belongs to the cases, and the first condition is
// `kOfMember`, which wants the tenant and the person.
inline bool IsMemberAlone(const ListViewer& viewer) { return viewer.audiences.empty(); }
inline constexpr char kFromMemberships[] =
    " FROM case_visibility m STRAIGHT_JOIN case_record c ON c.case_id = m.case_id";
inline constexpr char kOfMember[] = " WHERE m.tenant = ? AND m.person = ? AND m.relation = 1 AND ";

// The conditions want a viewer AsIndexed.
// " AND …": let in by a role or by name.
void AppendLetIn(const ListViewer& viewer, std::string& sql, db::Params& params);
// " AND …": not kept out, by name or by department.
void AppendNotKeptOut(const ListViewer& viewer, std::string& sql, db::Params& params);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_VISIBLE_H_
