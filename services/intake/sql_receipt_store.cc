#include "services/intake/sql_receipt_store.h"

#include <optional>
#include <utility>

#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

constexpr char kInsertReceipts[] =
    "INSERT INTO receipt (receipt_hash, tenant, report_id, generation, replaced_hash, tag) VALUES ";
constexpr char kInsertReceipt[] =
    "INSERT INTO receipt (receipt_hash, tenant, report_id, generation, replaced_hash, tag)"
    " VALUES (?, ?, ?, ?, ?, ?)";
// With the newest generation that the audit knows of; kinds of common/audit/entry.h.
constexpr char kSelectReceipt[] =
    "SELECT receipt_hash, tenant, report_id, generation, replaced_hash, tag,"
    " (SELECT MAX(e.access_version) FROM audit_entry e"
    " WHERE e.resource_id = r.report_id AND e.kind = 1) FROM receipt r"
    " WHERE receipt_hash = ? AND tenant = ?";
constexpr char kLockReceipt[] =
    "SELECT receipt_hash, tenant, report_id, generation, replaced_hash, tag,"
    " (SELECT MAX(e.access_version) FROM audit_entry e"
    " WHERE e.resource_id = r.report_id AND e.kind = 1) FROM receipt r"
    " WHERE receipt_hash = ? AND tenant = ? FOR UPDATE";
constexpr char kDeleteReceipt[] = "DELETE FROM receipt WHERE receipt_hash = ? AND tenant = ?";
constexpr char kSelectFirst[] = "SELECT audit_first FROM report WHERE report_id = ? AND tenant = ?";

void AddRow(const ReceiptRow& row, db::Params& params) {
  params.AddView(row.receipt_hash)
      .AddView(row.tenant)
      .AddView(row.report_id)
      .Add(row.generation)
      .AddView(row.replaced_hash)
      .AddView(row.tag);
}

}  // namespace

absl::Status InsertReceipts(db::Tx& tx, const std::vector<const NewReport*>& reports) {
  std::vector<const ReceiptRow*> receipts;
  for (const NewReport* report : reports) {
    if (report->receipt) receipts.push_back(&*report->receipt);
  }
  if (receipts.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertReceipts, receipts.size(),
                       [&](size_t i, db::Params& params) { AddRow(*receipts[i], params); });
}

SqlReceiptStore::SqlReceiptStore(db::Transactor& transactor, const ReceiptKeys& keys,
                                 const audit::Journal& journal, telemetry::Telemetry& telemetry)
    : transactor_(transactor), keys_(keys), journal_(journal), telemetry_(telemetry) {
  // There from the start, so that the first one is a rise.
  telemetry_.Count("mamori_intake_receipt_refused_total", {}, 0);
}

absl::StatusOr<std::optional<ReceiptRow>> SqlReceiptStore::Read(db::Tx& tx, const char* sql,
                                                                const std::string& tenant,
                                                                const std::string& receipt_hash) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, db::Params().Add(receipt_hash).Add(tenant)));
  if (rows.empty()) return std::nullopt;
  ReceiptRow row{.receipt_hash = rows[0].GetBytes(0),
                 .tenant = rows[0].GetBytes(1),
                 .report_id = rows[0].GetBytes(2),
                 .generation = rows[0].GetInt64(3),
                 .replaced_hash = rows[0].GetBytes(4),
                 .tag = rows[0].GetBytes(5)};
  const int64_t audited = rows[0].IsNull(6) ? 0 : rows[0].GetInt64(6);
  // An older row, put back in the place of the one that is in force, is one of ours too.
  if (keys_.Believes(row) && audited <= row.generation) return row;
  telemetry_.Count("mamori_intake_receipt_refused_total");
  telemetry_.Log(telemetry::Level::kError, "receipt.refused");
  return std::nullopt;
}

absl::StatusOr<ReceiptRow> SqlReceiptStore::Find(const std::string& tenant,
                                                 const std::string& receipt_hash,
                                                 absl::Time deadline) {
  ASSIGN_OR_RETURN(std::optional<ReceiptRow> row,
                   transactor_.Run<std::optional<ReceiptRow>>(
                       {.deadline = deadline, .read_only = true},
                       [&](db::Tx& tx) { return Read(tx, kSelectReceipt, tenant, receipt_hash); }));
  if (!row) return status::NotFound("receipt");
  return *std::move(row);
}

absl::Status SqlReceiptStore::Rotate(const std::string& tenant, const std::string& old_hash,
                                     const std::string& new_hash, absl::Time deadline) {
  // What an unknown COMMIT did is found by the rerun, as what an earlier call did.
  return transactor_.Run(
      {.deadline = deadline, .settles_unknown_commit = true}, [&](db::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const auto old, Read(tx, kLockReceipt, tenant, old_hash));
        if (old) return Replace(tx, *old, new_hash);
        ASSIGN_OR_RETURN(const auto done, Read(tx, kSelectReceipt, tenant, new_hash));
        if (done && done->replaced_hash == old_hash) return absl::OkStatus();
        return status::NotFound("receipt");
      });
}

absl::Status SqlReceiptStore::Replace(db::Tx& tx, const ReceiptRow& old,
                                      const std::string& new_hash) {
  ReceiptRow next{.receipt_hash = new_hash,
                  .tenant = old.tenant,
                  .report_id = old.report_id,
                  .generation = old.generation + 1,
                  .replaced_hash = old.receipt_hash};
  keys_.Seal(next);
  // A report never has two.
  RETURN_IF_ERROR(
      tx.ExecuteExpecting(1, kDeleteReceipt, db::Params().Add(old.receipt_hash).Add(old.tenant)));
  db::Params params;
  AddRow(next, params);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertReceipt, params));
  ASSIGN_OR_RETURN(const db::Rows first,
                   tx.Query(kSelectFirst, db::Params().Add(old.report_id).Add(old.tenant)));
  if (first.size() != 1) return absl::InternalError("a receipt without its report");
  audit::Entry entry;
  entry.kind = audit::Kind::kReport;
  entry.resource_id = old.report_id;
  entry.tenant = old.tenant;
  entry.action = "RotateReceipt";
  entry.record = next.tag;
  // Without it an older row would be believed.
  entry.access_version = next.generation;
  entry.by_day = true;
  return journal_.Append(tx, std::move(entry), first[0].GetBytes(0));
}

}  // namespace mamori::intake
