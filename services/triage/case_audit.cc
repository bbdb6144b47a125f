#include "services/triage/case_audit.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "common/audit/content.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

// 248 is audit::Kind::kMeasure.
constexpr char kSelectMeasure[] =
    "SELECT access_version FROM audit_entry WHERE resource_id = ? AND kind = 248"
    " ORDER BY sequence DESC LIMIT 1";
static_assert(static_cast<int>(audit::Kind::kMeasure) == 248);

audit::Entry EntryOf(const AccessSeal& seal, const CaseChange& change, bool access_changed) {
  const CaseRow& row = change.row;
  audit::Entry entry;
  entry.kind = audit::Kind::kCase;
  entry.resource_id = row.case_id;
  entry.tenant = row.tenant;
  entry.action = change.action;
  entry.by_day = row.anonymous;
  entry.who = change.who;
  entry.record = audit::RecordOf(seal.journal().authenticator(),
                                 {.case_id = row.case_id,
                                  .tenant = row.tenant,
                                  .company = row.company,
                                  .state = row.state,
                                  .report_kind = row.kind,
                                  .severity = row.severity,
                                  .assignee = row.assignee,
                                  .categories = absl::StrJoin(row.categories, ","),
                                  .policy_digest = row.policy_digest,
                                  .merged_into = row.merged_into,
                                  .version = row.version,
                                  .access_version = row.access_version});
  entry.access_version = row.access_version;
  if (access_changed) entry.access = seal.Seal(row.access).tag;
  return entry;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> RecordOpened(db::Tx& tx, const AccessSeal& seal,
                                                      const std::vector<NewCase>& cases) {
  std::vector<audit::Entry> entries;
  for (const NewCase& one : cases) {
    audit::Entry& entry = entries.emplace_back(EntryOf(seal, *one.change, true));
    if (one.report == nullptr) continue;
    entry.cause_kind = audit::Kind::kReport;
    entry.cause_id = one.report->report_id;
  }
  return seal.journal().BeginEach(tx, entries);
}

absl::Status RecordChange(db::Tx& tx, const AccessSeal& seal, const CaseRow& before,
                          const CaseChange& change, std::string commitment) {
  audit::Entry entry = EntryOf(seal, change, change.row.access_version != before.access_version);
  entry.commitment = std::move(commitment);
  return seal.journal().Append(tx, std::move(entry), before.audit_first);
}

absl::Status RecordWork(db::Tx& tx, const AccessSeal& seal, const CaseRow& before,
                        const CaseChange& change, std::string commitment) {
  audit::Entry entry = EntryOf(seal, change, /*access_changed=*/false);
  entry.commitment = std::move(commitment);
  return seal.journal().Append(tx, std::move(entry), before.audit_first);
}

absl::Status RecordMeasure(db::Tx& tx, const AccessSeal& seal, const CaseChange& change,
                           const WorkRow& row) {
  ASSIGN_OR_RETURN(const db::Rows newest,
                   tx.Query(kSelectMeasure, db::Params().Add(row.record_id)));
  // None is known of one that was begun before versions were told of.
  if (!newest.empty() && newest[0].GetInt64(0) + 1 != row.version) {
    seal.Missing();  // alarms
    return absl::DataLossError("a version of the measure is missing");
  }
  audit::Entry entry;
  entry.kind = audit::Kind::kMeasure;
  entry.resource_id = row.record_id;
  entry.tenant = change.row.tenant;
  entry.action = change.action;
  entry.by_day = change.row.anonymous;
  entry.who = change.who;
  entry.access_version = row.version;
  return seal.journal().Append(tx, std::move(entry), "");
}

}  // namespace mamori::triage
