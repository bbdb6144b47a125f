#include "common/audit/erasures.h"

#include <utility>

namespace mamori::audit {
namespace {

// A certificate and who exported it come after the disposal.
constexpr char kSelectLast[] =
    "SELECT entry, mac FROM audit_entry WHERE resource_id = ? AND kind = ?"
    " ORDER BY sequence DESC LIMIT 100";

Kind KindOf(sealing::Owner owner) {
  return owner == sealing::Owner::kReport ? Kind::kReport : Kind::kCase;
}

}  // namespace

Erasures::Erasures(db::Transactor& transactor, Authenticator authenticator,
                   telemetry::Telemetry& telemetry)
    : transactor_(transactor), authenticator_(std::move(authenticator)), telemetry_(telemetry) {
  // There from the start, so that the first one is a rise.
  telemetry_.Count("mamori_audit_refused_total", {{"what", "erasure"}}, 0);
}

bool Erasures::IsDecided(sealing::Owner owner, std::string_view id, absl::Time deadline) const {
  const Kind kind = KindOf(owner);
  const absl::StatusOr<db::Rows> rows =
      transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
        return tx.Query(kSelectLast, db::Params().Add(id).Add(static_cast<int>(kind)));
      });
  if (!rows.ok()) return false;
  for (const db::Row& row : *rows) {
    const absl::StatusOr<Entry> entry = Decode(row.GetBytes(0));
    if (entry.ok() && entry->kind == kind && entry->resource_id == id && IsDisposal(*entry) &&
        authenticator_.OfEntry(HashOf(row.GetBytes(0))) == row.GetBytes(1)) {
      return true;
    }
  }
  telemetry_.Count("mamori_audit_refused_total", {{"what", "erasure"}});
  telemetry_.Log(telemetry::Level::kError, "audit.refused", {{"what", "erasure"}});
  return false;
}

}  // namespace mamori::audit
