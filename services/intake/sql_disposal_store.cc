#include "services/intake/sql_disposal_store.h"

#include <string>

#include "common/db/batch.h"
#include "common/outbox/inbox.h"
#include "common/outbox/outbox.h"
#include "common/sealing/envelope.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/sql_evidence_store.h"

namespace mamori::intake {
namespace {

// Supplements, contacts, messages and whatever a reporter decides lock the same row before they are
// written: nothing comes in between.
constexpr char kLockReport[] =
    "SELECT r.audit_first, r.body, EXISTS (SELECT 1 FROM receipt c WHERE c.report_id = r.report_id)"
    " FROM report r FORCE INDEX (by_id) WHERE r.report_id = ? AND r.tenant = ? FOR UPDATE";
constexpr char kWaiting[] = "SELECT 1 FROM outbox WHERE shard = ? AND subject_id = ? LIMIT 1";
// A contact's event is in the shard of the contact.
constexpr char kContactWaiting[] =
    "SELECT 1 FROM outbox WHERE subject_id IN (SELECT contact_id FROM contact WHERE tenant = ? AND"
    " report_id = ?) LIMIT 1";
constexpr char kDeleteContacts[] = "DELETE FROM contact WHERE tenant = ? AND report_id = ?";
constexpr char kDeleteSupplements[] = "DELETE FROM supplement WHERE report_id = ? AND tenant = ?";
// The dialogue, and who the reporter is and what they decided.
constexpr const char* kDeleteReporters[] = {
    "DELETE FROM message WHERE report_id = ? AND tenant = ?",
    "DELETE FROM message_read WHERE report_id = ? AND tenant = ?",
    "DELETE FROM receipt WHERE report_id = ? AND tenant = ?",
    "DELETE FROM reporter_identity WHERE report_id = ? AND tenant = ?",
    "DELETE FROM sharing WHERE report_id = ? AND tenant = ?",
    "DELETE FROM withdrawal WHERE report_id = ? AND tenant = ?",
    "DELETE FROM consent WHERE report_id = ? AND tenant = ?",
    "DELETE FROM identity_reading WHERE report_id = ? AND tenant = ?"};
constexpr char kDeleteReport[] = "DELETE FROM report WHERE report_id = ? AND tenant = ?";

absl::Status TryLater(const char* why) {
  return status::Error(absl::StatusCode::kAborted, mamori::v1::ERROR_REASON_CONFLICT, why);
}

}  // namespace

absl::Status SqlDisposalStore::Erase(db::Tx& tx, const mamori::v1::Event& event,
                                     std::vector<std::string>& key_ids) const {
  const std::string& report_id = event.subject_id();
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kLockReport, db::Params().Add(report_id).Add(event.tenant())));
  if (rows.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const db::Rows waiting,
                   tx.Query(kWaiting, db::Params().Add(outbox::ShardOf(report_id)).Add(report_id)));
  if (!waiting.empty()) return TryLater("events of the report have not left yet");
  ASSIGN_OR_RETURN(const db::Rows contacts,
                   tx.Query(kContactWaiting, db::Params().Add(event.tenant()).Add(report_id)));
  if (!contacts.empty()) return TryLater("events of the report's contacts have not left yet");
  RETURN_IF_ERROR(
      tx.Execute(kDeleteContacts, db::Params().Add(event.tenant()).Add(report_id)).status());
  RETURN_IF_ERROR(
      tx.Execute(kDeleteSupplements, db::Params().Add(report_id).Add(event.tenant())).status());
  for (const char* statement : kDeleteReporters) {
    RETURN_IF_ERROR(
        tx.Execute(statement, db::Params().Add(report_id).Add(event.tenant())).status());
  }
  RETURN_IF_ERROR(DropEvidence(tx, event.tenant(), report_id));
  RETURN_IF_ERROR(
      tx.ExecuteExpecting(1, kDeleteReport, db::Params().Add(report_id).Add(event.tenant())));
  // What the rows said stays in backups and the binlog; nobody opens it there without this key.
  ASSIGN_OR_RETURN(const sealing::Header header, sealing::HeaderOf(rows[0].GetBytes(1)));
  key_ids.emplace_back(header.key_id);
  RETURN_IF_ERROR(sealing::ListErased(tx, {key_ids.back()}, clock_.Now()));
  audit::Entry entry;
  entry.kind = audit::Kind::kReport;
  entry.resource_id = report_id;
  entry.tenant = event.tenant();
  entry.action = audit::kDisposeReport;
  entry.who.caller = event.source();
  entry.by_day = rows[0].GetInt64(2) != 0;
  return journal_.Append(tx, std::move(entry), rows[0].IsNull(0) ? "" : rows[0].GetBytes(0));
}

absl::Status SqlDisposalStore::ApplyRange(db::Tx& tx,
                                          absl::Span<const mamori::v1::Event* const> events,
                                          absl::Span<absl::Status> statuses,
                                          std::vector<std::string>& key_ids) const {
  key_ids.clear();
  ASSIGN_OR_RETURN(const auto admissions,
                   outbox::Admit(tx, {events.begin(), events.end()}, clock_.Now()));
  for (size_t i = 0; i < events.size(); ++i) {
    statuses[i] = absl::OkStatus();
    switch (admissions[i]) {
      case outbox::Admission::kDuplicate:
        break;
      case outbox::Admission::kGap:
        statuses[i] = status::EventGap(events[i]->subject_sequence() - 1);
        break;
      case outbox::Admission::kApply:
        RETURN_IF_ERROR(Erase(tx, *events[i], key_ids));
        break;
    }
  }
  return absl::OkStatus();
}

std::vector<absl::Status> SqlDisposalStore::Apply(absl::Span<const mamori::v1::Event* const> events,
                                                  absl::Time deadline) {
  // The inbox tells after an unknown COMMIT whether it took effect.
  const db::TransactionOptions options{.deadline = deadline, .settles_unknown_commit = true};
  std::vector<absl::Status> inner(events.size());
  std::vector<absl::Status> outer = db::ApplyRanges(events.size(), [&](size_t first, size_t count) {
    std::vector<std::string> key_ids;
    RETURN_IF_ERROR(transactor_.Run(options, [&](db::Tx& tx) {
      return ApplyRange(tx, events.subspan(first, count),
                        absl::MakeSpan(inner).subspan(first, count), key_ids);
    }));
    // Listed with the commit: where this fails, the next start does it.
    return key_ids.empty() ? absl::OkStatus() : eraser_.Erase(key_ids, deadline);
  });
  for (size_t i = 0; i < events.size(); ++i) {
    if (outer[i].ok()) outer[i] = inner[i];
    if (absl::IsAlreadyExists(outer[i]))
      outer[i] = TryLater("the event is being applied elsewhere");
  }
  return outer;
}

}  // namespace mamori::intake
