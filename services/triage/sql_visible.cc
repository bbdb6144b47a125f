#include "services/triage/sql_visible.h"

#include "absl/strings/str_cat.h"
#include "services/triage/sql_access_rows.h"

namespace mamori::triage {
namespace {

// Points of the index on case_visibility.
constexpr char kRelated[] =
    "EXISTS (SELECT 1 FROM case_visibility v WHERE v.tenant = c.tenant AND v.person = ?"
    " AND v.relation = ? AND v.create_time = c.create_time AND v.case_id = c.case_id)";

void AppendRelated(const char* before, const std::string& person, Visibility relation,
                   std::string& sql, db::Params& params) {
  absl::StrAppend(&sql, before, kRelated);
  params.Add(person).Add(static_cast<int>(relation));
}

}  // namespace

ListViewer AsIndexed(const AccessSeal& seal, std::string_view tenant, ListViewer viewer) {
  viewer.person = VisibleTo(seal, tenant, viewer.person);
  viewer.department = VisibleTo(seal, tenant, viewer.department);
  return viewer;
}

void AppendLetIn(const ListViewer& viewer, std::string& sql, db::Params& params) {
  sql += " AND (";
  if (!viewer.audiences.empty()) {
    absl::StrAppend(&sql, "c.audience IN (", db::Placeholders(viewer.audiences.size()), ") OR ");
    for (int audience : viewer.audiences) params.Add(audience);
  }
  AppendRelated("", viewer.person, Visibility::kMember, sql, params);
  sql += ")";
}

void AppendNotKeptOut(const ListViewer& viewer, std::string& sql, db::Params& params) {
  AppendRelated(" AND NOT ", viewer.person, Visibility::kOut, sql, params);
  AppendRelated(
      " AND NOT ", viewer.department,
      viewer.department.empty() ? Visibility::kAnyDepartmentOut : Visibility::kDepartmentOut, sql,
      params);
}

}  // namespace mamori::triage
