#include "services/triage/sql_contact_rows.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_replace.h"
#include "common/authz/access_record.h"
#include "common/status/macros.h"
#include "services/triage/sql_access_rows.h"

namespace mamori::triage {
namespace {

// The change of the row is what other Galera nodes see: of two, one fails at its COMMIT.
constexpr char kLock[] =
    "INSERT INTO contact_actor (tenant, actor_id, version) VALUES (?, ?, 1)"
    " ON DUPLICATE KEY UPDATE version = version + 1";
constexpr char kInsertMarks[] =
    "INSERT INTO contact_mark (tenant, actor_id, company, start_time, contact_id, minutes, "
    "demand_id, report_id)"
    " VALUES ";
constexpr char kCount[] =
    "SELECT COUNT(*), COALESCE(SUM(minutes), 0) FROM (SELECT DISTINCT contact_id, minutes FROM "
    "contact_mark"
    " WHERE report_id = ? AND tenant = ?) AS one";
constexpr char kSelectMarks[] =
    "SELECT start_time, contact_id, minutes, demand_id, report_id FROM contact_mark"
    " WHERE tenant = ? AND actor_id = ? AND company = ? AND start_time > ? AND start_time < ?"
    " ORDER BY start_time, contact_id LIMIT 20000";
constexpr char kActorsOfReport[] =
    "SELECT DISTINCT actor_id FROM contact_mark WHERE report_id = ? AND tenant = ?";
constexpr char kDeleteMarks[] = "DELETE FROM contact_mark WHERE report_id = ? AND tenant = ?";
constexpr char kDeleteCrossings[] = "DELETE FROM contact_crossing WHERE case_id = ? AND tenant = ?";
constexpr char kDeleteActor[] =
    "DELETE FROM contact_actor WHERE tenant = ? AND actor_id = ? AND NOT EXISTS"
    " (SELECT 1 FROM contact_mark m WHERE m.tenant = contact_actor.tenant"
    " AND m.actor_id = contact_actor.actor_id)";
constexpr char kSelectAccess[] =
    "SELECT c.case_id, %A FROM case_report r JOIN case_record c ON c.case_id = r.case_id AND "
    "c.tenant = r.tenant%J"
    " WHERE r.report_id = ? AND r.tenant = ?";

id::Id Nobody() { return id::Id(16, '\0'); }

bool IsOpen(const mamori::v1::CaseAccess& access) {
  return authz::AudienceOf(access) ==
             authz::AudienceOfKind(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT) &&
         access.version() > 0 && access.exclusions_size() == 0 &&
         access.excluded_departments_size() == 0;
}

// Where the case of a report is not known yet, what it will be is not known either: not open.
absl::Status ReadAudience(db::Tx& tx, const AccessSeal& seal, std::string_view tenant,
                          const id::Id& report_id, AudienceMark& mark) {
  static const std::string* const sql = new std::string(
      absl::StrReplaceAll(kSelectAccess, {{"%A", kAccessColumns}, {"%J", kJoinAccess}}));
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(*sql, db::Params().Add(report_id).Add(tenant)));
  mark.open = false;
  if (rows.empty()) return absl::OkStatus();
  mark.case_id = rows[0].GetBytes(0);
  mark.open = IsOpen(ReadAccess(rows[0], 1, seal, tenant, mark.case_id));
  return absl::OkStatus();
}

}  // namespace

absl::Status LockActors(db::Tx& tx, const std::vector<const ContactEffect*>& contacts) {
  std::set<std::pair<std::string, id::Id>> keys;
  for (const ContactEffect* contact : contacts) {
    for (const ActorKey& key : contact->actors) keys.emplace(contact->tenant, key.actor);
  }
  for (const auto& [tenant, actor] : keys) {
    RETURN_IF_ERROR(tx.Execute(kLock, db::Params().Add(tenant).Add(actor)).status());
  }
  return absl::OkStatus();
}

absl::Status EraseContacts(db::Tx& tx, const CaseRow& row, const std::vector<id::Id>& reports) {
  std::set<id::Id> actors;
  for (const id::Id& report_id : reports) {
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query(kActorsOfReport, db::Params().Add(report_id).Add(row.tenant)));
    for (const db::Row& one : rows) actors.insert(one.GetBytes(0));
  }
  // Whoever counts a contact of theirs meanwhile has the lock, or waits for it.
  for (const id::Id& actor : actors) {
    RETURN_IF_ERROR(tx.Execute(kLock, db::Params().Add(row.tenant).Add(actor)).status());
  }
  for (const id::Id& report_id : reports) {
    RETURN_IF_ERROR(tx.Execute(kDeleteMarks, db::Params().Add(report_id).Add(row.tenant)).status());
  }
  RETURN_IF_ERROR(
      tx.Execute(kDeleteCrossings, db::Params().Add(row.case_id).Add(row.tenant)).status());
  for (const id::Id& actor : actors) {
    RETURN_IF_ERROR(tx.Execute(kDeleteActor, db::Params().Add(row.tenant).Add(actor)).status());
  }
  return absl::OkStatus();
}

absl::Status InsertMarks(db::Tx& tx, const ContactEffect& contact) {
  std::set<id::Id> actors;
  for (const ActorKey& key : contact.actors) actors.insert(key.actor);
  if (actors.empty()) actors.insert(Nobody());
  std::vector<db::Params> rows;
  for (const id::Id& actor : actors) {
    db::Params params;
    params.Add(contact.tenant)
        .Add(actor)
        .Add(contact.company)
        .Add(contact.start)
        .Add(contact.contact_id);
    params.Add(contact.minutes);
    for (const id::Id* id : {&contact.demand, &contact.report_id}) {
      if (id->empty()) {
        params.AddNull();
      } else {
        params.Add(*id);
      }
    }
    rows.push_back(std::move(params));
  }
  return tx.InsertRows(kInsertMarks, rows);
}

absl::StatusOr<ContactCount> CountContactsOf(db::Tx& tx, std::string_view tenant,
                                             const id::Id& report_id) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kCount, db::Params().Add(report_id).Add(tenant)));
  return ContactCount{.contacts = rows[0].GetInt64(0), .minutes = rows[0].GetInt64(1)};
}

absl::StatusOr<std::vector<AudienceMark>> SelectMarks(db::Tx& tx, const AccessSeal& seal,
                                                      const ContactEffect& contact,
                                                      const id::Id& actor, absl::Time from,
                                                      absl::Time to) {
  db::Params params;
  params.Add(contact.tenant).Add(actor).Add(contact.company).Add(from).Add(to);
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectMarks, params));
  std::map<id::Id, AudienceMark> by_report;
  std::vector<AudienceMark> marks;
  for (const db::Row& row : rows) {
    AudienceMark mark;
    if (!row.IsNull(4)) {
      const auto [known, is_new] = by_report.try_emplace(row.GetBytes(4));
      if (is_new) {
        RETURN_IF_ERROR(ReadAudience(tx, seal, contact.tenant, known->first, known->second));
      }
      mark = known->second;
    }
    mark.mark = {.start = row.GetTime(0), .contact = row.GetBytes(1), .minutes = row.GetInt64(2)};
    if (!row.IsNull(3)) mark.mark.demand = row.GetBytes(3);
    marks.push_back(std::move(mark));
  }
  return marks;
}

}  // namespace mamori::triage
