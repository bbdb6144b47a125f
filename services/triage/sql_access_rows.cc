#include "services/triage/sql_access_rows.h"

#include <set>
#include <string>
#include <utility>

#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr char kInsertAccess[] =
    "INSERT INTO case_access (case_id, tenant, version, tag, record) VALUES ";
constexpr char kUpdateAccess[] =
    "UPDATE case_access SET version = ?, tag = ?, record = ?"
    " WHERE case_id = ? AND tenant = ? AND version = ?";
constexpr char kKeepAccess[] =
    "INSERT INTO case_access_past (case_id, version, tenant, end_time, tag, record)"
    " SELECT case_id, version, tenant, ?, tag, record FROM case_access"
    " WHERE case_id = ? AND tenant = ? AND version = ?";
constexpr char kSelectPast[] =
    "SELECT version, tag, record, end_time FROM case_access_past"
    " WHERE case_id = ? AND tenant = ? AND version >= ? AND version < ? ORDER BY version";
constexpr char kDeletePast[] = "DELETE FROM case_access_past WHERE case_id = ? AND tenant = ?";
constexpr char kInsertVisibility[] =
    "INSERT INTO case_visibility (tenant, person, relation, create_time, case_id) VALUES ";
constexpr char kDeleteVisibility[] = "DELETE FROM case_visibility WHERE case_id = ? AND tenant = ?";

void AddVisibility(const AccessSeal& seal, const CaseRow& row, std::vector<db::Params>& rows) {
  std::set<std::pair<std::string, Visibility>> entries;
  for (const auto& member : row.access.members()) {
    entries.emplace(member.person(), Visibility::kMember);
  }
  for (const auto& one : row.access.exclusions()) entries.emplace(one.person(), Visibility::kOut);
  for (const auto& one : row.access.excluded_departments()) {
    entries.emplace(one, Visibility::kDepartmentOut);
    entries.emplace("", Visibility::kAnyDepartmentOut);
  }
  for (const auto& [person, relation] : entries) {
    db::Params params;
    params.Add(row.tenant).Add(VisibleTo(seal, row.tenant, person)).Add(static_cast<int>(relation));
    params.Add(row.create_time).Add(row.case_id);
    rows.push_back(std::move(params));
  }
}

}  // namespace

std::string VisibleTo(const AccessSeal& seal, std::string_view tenant, std::string_view name) {
  return name.empty() ? std::string() : seal.HashOf("visibility", tenant, name);
}

mamori::v1::CaseAccess ReadAccess(const db::Row& row, size_t first, const AccessSeal& seal,
                                  std::string_view tenant, const id::Id& case_id) {
  const int64_t named = row.GetInt64(first);
  if (row.IsNull(first + 1)) return seal.Missing();
  if (!row.IsNull(first + 4) && row.GetInt64(first + 4) > named) return seal.Replayed();
  return seal.Open(tenant, case_id, named,
                   {.version = row.GetInt64(first + 1),
                    .record = row.GetBytes(first + 3),
                    .tag = row.GetBytes(first + 2)});
}

absl::Status InsertAccess(db::Tx& tx, const AccessSeal& seal,
                          const std::vector<const CaseRow*>& rows) {
  std::vector<db::Params> records;
  std::vector<db::Params> visibility;
  for (const CaseRow* row : rows) {
    SealedAccess sealed = seal.Seal(row->access);
    db::Params params;
    params.Add(row->case_id).Add(row->tenant).Add(sealed.version);
    params.Add(std::move(sealed.tag)).Add(std::move(sealed.record));
    records.push_back(std::move(params));
    AddVisibility(seal, *row, visibility);
  }
  if (!records.empty()) RETURN_IF_ERROR(tx.InsertRows(kInsertAccess, records));
  if (!visibility.empty()) RETURN_IF_ERROR(tx.InsertRows(kInsertVisibility, visibility));
  return absl::OkStatus();
}

absl::Status UpdateAccess(db::Tx& tx, const AccessSeal& seal, const CaseRow& before,
                          const CaseRow& row) {
  db::Params kept;
  kept.Add(row.update_time).Add(row.case_id).Add(row.tenant).Add(before.access_version);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kKeepAccess, kept));
  SealedAccess sealed = seal.Seal(row.access);
  db::Params params;
  params.Add(sealed.version).Add(std::move(sealed.tag)).Add(std::move(sealed.record));
  params.Add(row.case_id).Add(row.tenant).Add(before.access_version);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdateAccess, params));
  RETURN_IF_ERROR(
      tx.Execute(kDeleteVisibility, db::Params().Add(row.case_id).Add(row.tenant)).status());
  std::vector<db::Params> visibility;
  AddVisibility(seal, row, visibility);
  return visibility.empty() ? absl::OkStatus() : tx.InsertRows(kInsertVisibility, visibility);
}

absl::Status ForgetAccessPast(db::Tx& tx, const CaseRow& row) {
  return tx.Execute(kDeletePast, db::Params().Add(row.case_id).Add(row.tenant)).status();
}

absl::Status SelectAccessPast(db::Tx& tx, const AccessSeal& seal,
                              const mamori::v1::CaseAccess& access, AccessPast& past) {
  // Nothing was superseded since it is kept.
  if (access.kept_since() == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", access.case_name()));
  db::Params params;
  params.Add(case_id).Add(access.tenant()).Add(access.kept_since()).Add(access.version());
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectPast, params));
  int64_t next = access.kept_since();
  for (const db::Row& row : rows) {
    const int64_t version = row.GetInt64(0);
    mamori::v1::CaseAccess record =
        seal.Open(access.tenant(), case_id, version,
                  {.version = version, .record = row.GetBytes(2), .tag = row.GetBytes(1)});
    if (version != next++ || record.version() != version) past.whole = false;
    past.records.push_back({std::move(record), row.GetTime(3)});
  }
  if (next == access.version()) return absl::OkStatus();
  seal.Missing();  // alarms
  past.whole = false;
  return absl::OkStatus();
}

}  // namespace mamori::triage
