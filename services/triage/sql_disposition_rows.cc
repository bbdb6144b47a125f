#include "services/triage/sql_disposition_rows.h"

#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"

namespace mamori::triage {
namespace {

constexpr char kInsertDisposition[] =
    "INSERT INTO disposition (case_id, tenant, kind, dispose_time, audit_random, certificate)"
    " VALUES (?, ?, ?, ?, ?, ?)";
constexpr char kSelectDisposition[] =
    "SELECT certificate FROM disposition WHERE case_id = ? AND tenant = ? AND kind = ?";

db::Params Of(const Disposed& disposed) {
  db::Params params;
  params.Add(disposed.id).Add(disposed.tenant).Add(static_cast<int>(disposed.kind));
  return params;
}

}  // namespace

void NameAct(const v1::TwoPersonAct& act, v1::Disposition& certificate) {
  certificate.set_act(act.name());
  certificate.set_act_hash(act.hash());
  for (const auto& one : act.approvals()) certificate.add_approvers(one.person());
}

absl::StatusOr<std::string> InsertDisposition(db::Tx& tx, const Disposed& disposed,
                                              const v1::Disposition& certificate) {
  const std::string random = audit::NewRandom();
  const std::string bytes = certificate.SerializeAsString();
  db::Params params = Of(disposed);
  params.Add(time::FromTimestamp(certificate.dispose_time())).Add(random).Add(bytes);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertDisposition, params));
  return audit::Commit(random, bytes);
}

absl::StatusOr<v1::Disposition> SelectDisposition(db::Tx& tx, const Disposed& disposed) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectDisposition, Of(disposed)));
  if (rows.empty()) return status::NotFound("disposition");
  v1::Disposition certificate;
  if (certificate.ParseFromString(rows[0].GetBytes(0))) return certificate;
  return absl::DataLossError("a stored certificate cannot be read");
}

}  // namespace mamori::triage
