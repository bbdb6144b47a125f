// The rows that the audit tells of, compared with what it says.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/content.h"
#include "common/audit/verify.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace mamori::audit {
namespace {

// The row, its chain, its time, the random bytes and the content.
constexpr char kReports[] =
    "SELECT report_id, report_id, create_time, audit_random, body FROM report FORCE INDEX (by_id)"
    " WHERE report_id > ? ORDER BY report_id LIMIT 500";
constexpr char kSupplements[] =
    "SELECT supplement_id, report_id, create_time, audit_random, body FROM supplement"
    " WHERE (report_id = ? AND create_time = ? AND supplement_id > ?)"
    " OR (report_id = ? AND create_time > ?) OR report_id > ?"
    " ORDER BY report_id, create_time, supplement_id LIMIT 500";
constexpr char kContacts[] =
    "SELECT contact_id, contact_id, create_time, audit_random, body, tenant FROM contact"
    " WHERE (tenant = ? AND create_time = ? AND contact_id > ?)"
    " OR (tenant = ? AND create_time > ?) OR tenant > ?"
    " ORDER BY tenant, create_time, contact_id LIMIT 500";
constexpr char kNotes[] =
    "SELECT note_id, case_id, create_time, audit_random, text FROM case_note"
    " WHERE note_id > ? ORDER BY note_id LIMIT 500";
constexpr char kWork[] =
    "SELECT row_id, case_id, create_time, audit_random, body FROM case_work"
    " WHERE row_id > ? ORDER BY row_id LIMIT 500";
constexpr char kDispositions[] =
    "SELECT case_id, case_id, dispose_time, audit_random, certificate FROM disposition"
    " WHERE case_id > ? ORDER BY case_id LIMIT 500";
// With the last entry of its chain, read in the same moment: the case may be worked on meanwhile.
constexpr char kCases[] =
    "SELECT c.case_id, c.tenant, c.company, c.state, c.report_kind, c.severity, c.assignee,"
    " c.categories, c.policy_digest, c.merged_into, c.version, c.access_version, c.create_time,"
    " a.version, a.tag,"
    " (SELECT e.entry FROM audit_entry e WHERE e.resource_id = c.case_id AND e.kind = 2"
    "  ORDER BY e.sequence DESC LIMIT 1),"
    " (SELECT e.mac FROM audit_entry e WHERE e.resource_id = c.case_id AND e.kind = 2"
    "  ORDER BY e.sequence DESC LIMIT 1)"
    " FROM case_record c LEFT JOIN case_access a ON a.case_id = c.case_id"
    " WHERE c.case_id > ? ORDER BY c.case_id LIMIT 500";

std::string TextOrNone(const db::Row& row, size_t i) {
  return row.IsNull(i) ? std::string() : row.GetBytes(i);
}

// A row that tells its time by day may be of any moment of that day.
absl::Time LatestOf(absl::Time told) {
  return time::BeginOfDay(told) == told ? told + time::kDay : told;
}

std::string NoId() { return std::string(16, '\0'); }

// Where the next page begins, after `last`; the first one's is after null. For tables in the order
// of the row's id.
db::Params AfterId(const db::Row* last) {
  return db::Params().Add(last == nullptr ? NoId() : last->GetBytes(0));
}

// For tables in the order of `group`, time and id.
db::Params AfterGroup(const db::Row* last, const std::string& group) {
  const int64_t time = last == nullptr ? -1 : last->GetInt64(2);
  const std::string id = last == nullptr ? NoId() : last->GetBytes(0);
  db::Params params;
  params.Add(group).Add(time).Add(id).Add(group).Add(time).Add(group);
  return params;
}

db::Params AfterSupplement(const db::Row* last) {
  return AfterGroup(last, last == nullptr ? NoId() : last->GetBytes(1));
}

db::Params AfterContact(const db::Row* last) {
  return AfterGroup(last, last == nullptr ? std::string() : last->GetBytes(5));
}

bool Has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

absl::Status Verifier::CheckContent() {
  if (verified_.service == "intake") {
    RETURN_IF_ERROR(CheckCommitted(kReports, Kind::kReport, AfterId));
    RETURN_IF_ERROR(CheckCommitted(kSupplements, Kind::kReport, AfterSupplement));
    RETURN_IF_ERROR(CheckCommitted(kContacts, Kind::kContact, AfterContact));
  } else if (verified_.service == "triage") {
    RETURN_IF_ERROR(CheckCommitted(kNotes, Kind::kCase, AfterId));
    RETURN_IF_ERROR(CheckCommitted(kWork, Kind::kCase, AfterId));
    RETURN_IF_ERROR(CheckCommitted(kDispositions, Kind::kCase, AfterId));
    RETURN_IF_ERROR(CheckCases());
  }
  for (const auto& [key, chain] : verified_.chains) {
    const std::string name = NameOf(chain.kind, std::string_view(key).substr(1));
    const auto told = static_cast<int64_t>(chain.commitments.size());
    // Contacts go with their report.
    if (chain.kind == Kind::kContact && chain.cause_kind == Kind::kReport) {
      const auto report = verified_.chains.find(ChainKey(Kind::kReport, chain.cause_id));
      if (report != verified_.chains.end() && report->second.disposed) continue;
    }
    if (chain.content_rows < told) {
      Find(absl::StrCat(name, ": ", told - chain.content_rows, " of the rows that it tells of are ",
                        "missing or changed"));
    }
    if (chain.kind == Kind::kCase && !chain.record_row) Find(name + ": its case is missing");
  }
  return absl::OkStatus();
}

absl::Status Verifier::CheckCommitted(const char* sql, Kind kind,
                                      db::Params (*after)(const db::Row* last)) {
  for (db::Params params = after(nullptr);;) {
    ASSIGN_OR_RETURN(const db::Rows rows, Read(sql, params));
    if (rows.empty()) return absl::OkStatus();
    for (const db::Row& row : rows) CheckCommittedRow(row, kind);
    params = after(&rows.back());
  }
}

void Verifier::CheckCommittedRow(const db::Row& row, Kind kind) {
  const std::string name = NameOf(kind, row.GetBytes(1));
  // From before the audit, or of this moment.
  const bool known_later = !MustBeCovered(LatestOf(row.GetTime(2)));
  const bool known_earlier = row.IsNull(3) && row.GetTime(2) < genesis();
  const auto chain = verified_.chains.find(ChainKey(kind, row.GetBytes(1)));
  const std::string commitment =
      row.IsNull(3) ? std::string() : Commit(row.GetBytes(3), row.GetBytes(4));
  if (chain != verified_.chains.end() && Has(chain->second.commitments, commitment)) {
    if (++chain->second.content_rows > static_cast<int64_t>(chain->second.commitments.size())) {
      Find(name + ": a row stands there twice");
    }
    return;
  }
  if (!known_later && !known_earlier) {
    Find(name + ": a row whose content is not what the audit tells of");
  }
}

absl::Status Verifier::CheckCases() {
  for (std::string after(16, '\0');;) {
    ASSIGN_OR_RETURN(const db::Rows rows, Read(kCases, db::Params().Add(after)));
    if (rows.empty()) return absl::OkStatus();
    for (const db::Row& row : rows) CheckCase(row);
    after = rows.back().GetBytes(0);
  }
}

void Verifier::CheckCase(const db::Row& row) {
  const std::string name = NameOf(Kind::kCase, row.GetBytes(0));
  const auto found = verified_.chains.find(ChainKey(Kind::kCase, row.GetBytes(0)));
  if (found == verified_.chains.end()) {
    const absl::Time created = row.GetTime(12);
    if (MustBeCovered(LatestOf(created)) && created >= genesis()) Find(name + ": not in the audit");
    return;
  }
  Chain& chain = found->second;
  chain.record_row = true;
  std::string record = chain.record;
  std::string access = chain.access;
  int64_t access_version = chain.access_version;
  if (!row.IsNull(15)) {
    const absl::StatusOr<Entry> head = Decode(row.GetBytes(15));
    if (head.ok() && head->sequence > chain.length &&
        authenticator_.OfEntry(HashOf(row.GetBytes(15))) == row.GetBytes(16)) {
      record = head->record;
      if (!head->access.empty()) access = head->access;
      access_version = head->access_version;
    }
  }
  const CaseColumns columns{.case_id = row.GetBytes(0),
                            .tenant = row.GetBytes(1),
                            .company = row.GetBytes(2),
                            .state = row.GetInt64(3),
                            .report_kind = row.GetInt64(4),
                            .severity = row.GetInt64(5),
                            .assignee = row.GetBytes(6),
                            .categories = row.GetBytes(7),
                            .policy_digest = row.GetBytes(8),
                            .merged_into = TextOrNone(row, 9),
                            .version = row.GetInt64(10),
                            .access_version = row.GetInt64(11)};
  if (RecordOf(authenticator_, columns) != record) {
    Find(name + ": its row is not what the audit tells of");
  }
  if (row.IsNull(13) || row.GetInt64(13) != access_version ||
      (!access.empty() && row.GetBytes(14) != access)) {
    Find(name + ": its access record is not the one that the audit tells of");
  }
}

}  // namespace mamori::audit
