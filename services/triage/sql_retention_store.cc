#include "services/triage/sql_retention_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/idempotency/request_id.h"
#include "common/outbox/outbox.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/case_audit.h"
#include "services/triage/sql_access_rows.h"
#include "services/triage/sql_act_rows.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_derived_rows.h"
#include "services/triage/sql_disposition_rows.h"
#include "services/triage/sql_hold_rows.h"
#include "services/triage/sql_retention_rows.h"

namespace mamori::triage {
namespace {

using v1::Disposition;

constexpr char kListClosed[] =
    "SELECT case_id, close_time FROM case_retention WHERE tenant = ? AND close_time < ?"
    " AND (close_time, case_id) > (?, ?) ORDER BY close_time, case_id LIMIT ?";
constexpr char kCounts[] =
    "SELECT (SELECT COUNT(*) FROM case_report WHERE case_id = ? AND tenant = ?),"
    " (SELECT COUNT(*) FROM case_note WHERE case_id = ? AND tenant = ?)";
constexpr char kEmptyAssessments[] =
    "UPDATE case_report SET assessment = '' WHERE case_id = ? AND tenant = ?";
constexpr char kDeleteNotes[] = "DELETE FROM case_note WHERE case_id = ? AND tenant = ?";
constexpr char kDeleteWork[] = "DELETE FROM case_work WHERE case_id = ? AND tenant = ?";
constexpr char kSelectKey[] = "SELECT key_id FROM case_key WHERE case_id = ? AND tenant = ?";
constexpr char kLockCase[] =
    "SELECT 1 FROM case_record WHERE case_id = ? AND tenant = ? FOR UPDATE";
constexpr char kCertify[] = "CertifyDisposal";
constexpr int kForgotten = 100;  // cases at a time
constexpr absl::Duration kForgetTimeout = absl::Seconds(30);

db::Params Of(const CaseRow& row) { return db::Params().Add(row.case_id).Add(row.tenant); }

absl::StatusOr<RetainedCase> Find(db::Tx& tx, const AccessSeal& seal, std::string_view tenant,
                                  const id::Id& case_id, bool for_update) {
  RetainedCase found;
  ASSIGN_OR_RETURN(found.row, SelectCase(tx, seal, tenant, case_id, for_update));
  if (for_update) RETURN_IF_ERROR(TouchHoldHead(tx, tenant));
  ASSIGN_OR_RETURN(found.facts, SelectRetentionFacts(tx, seal, found.row));
  ASSIGN_OR_RETURN(const db::Rows counts, tx.Query(kCounts, Of(found.row).Append(Of(found.row))));
  found.reports = counts[0].GetInt64(0);
  found.notes = counts[0].GetInt64(1);
  return found;
}

// None when nothing was ever sealed in the case.
absl::StatusOr<std::vector<std::string>> SelectKeys(db::Tx& tx, std::string_view tenant,
                                                    const id::Id& case_id) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectKey, db::Params().Add(case_id).Add(tenant)));
  std::vector<std::string> keys;
  for (const db::Row& row : rows) keys.push_back(row.GetBytes(0));
  return keys;
}

Disposed ChainOf(std::string_view tenant, const id::Id& case_id) {
  return {audit::Kind::kCase, tenant, case_id};
}

// The certificate as it is kept, and the audit's commitment to its bytes in the case's own chain.
absl::Status Certify(db::Tx& tx, const AccessSeal& seal, const CaseChange& disposed,
                     const Disposition& certificate) {
  const CaseRow& row = disposed.row;
  ASSIGN_OR_RETURN(std::string commitment,
                   InsertDisposition(tx, ChainOf(row.tenant, row.case_id), certificate));
  CaseChange certified = disposed;
  certified.action = kCertify;
  return RecordChange(tx, seal, row, certified, std::move(commitment));
}

}  // namespace

absl::StatusOr<std::vector<RetainedCase>> SqlRetentionStore::ListClosed(
    std::string_view tenant, absl::Time before, const std::optional<CasePosition>& position,
    int limit, absl::Time deadline) {
  using Found = std::vector<RetainedCase>;
  const CasePosition after =
      position.value_or(CasePosition{.create_micros = INT64_MIN, .case_id = std::string(16, '\0')});
  return transactor_.Run<Found>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<Found> {
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kListClosed, db::Params()
                                                                        .Add(tenant)
                                                                        .Add(before)
                                                                        .Add(after.create_micros)
                                                                        .Add(after.case_id)
                                                                        .Add(limit)));
        Found found;
        for (const db::Row& row : rows) {
          ASSIGN_OR_RETURN(RetainedCase one, Find(tx, seal_, tenant, row.GetBytes(0), false));
          // As the list has read it: the page goes on behind it.
          one.facts.close_time = row.GetTime(1);
          found.push_back(std::move(one));
        }
        return found;
      });
}

absl::StatusOr<RetainedCase> SqlRetentionStore::Read(std::string_view tenant, const id::Id& case_id,
                                                     absl::Time deadline) {
  return transactor_.Run<RetainedCase>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
    return Find(tx, seal_, tenant, case_id, false);
  });
}

absl::Status SqlRetentionStore::Erase(db::Tx& tx, const CaseRow& row,
                                      const std::vector<id::Id>& reports,
                                      Disposition& certificate) const {
  // The row of the key stays, so that nothing is sealed with another one afterwards.
  ASSIGN_OR_RETURN(const std::vector<std::string> keys, SelectKeys(tx, row.tenant, row.case_id));
  RETURN_IF_ERROR(sealing::ListErased(tx, keys, clock_.Now()));
  RETURN_IF_ERROR(tx.Execute(kEmptyAssessments, Of(row)).status());
  ASSIGN_OR_RETURN(const int64_t notes, tx.Execute(kDeleteNotes, Of(row)));
  certificate.set_note_count(static_cast<int32_t>(notes));
  ASSIGN_OR_RETURN(const int64_t records, tx.Execute(kDeleteWork, Of(row)));
  certificate.set_record_count(static_cast<int32_t>(records));
  return EraseDerived(tx, row, reports);
}

absl::Status SqlRetentionStore::ForgetErased() {
  for (id::Id after(16, '\0');;) {
    ASSIGN_OR_RETURN(const std::vector<CaseRow> erased,
                     transactor_.Run<std::vector<CaseRow>>(
                         {.deadline = clock_.Now() + kForgetTimeout, .read_only = true},
                         [&](db::Tx& tx) { return SelectErasedCases(tx, after, kForgotten); }));
    if (erased.empty()) return absl::OkStatus();
    for (const CaseRow& row : erased) {
      RETURN_IF_ERROR(transactor_.Run(
          {.deadline = clock_.Now() + kForgetTimeout, .settles_unknown_commit = true},
          [&](db::Tx& tx) -> absl::Status {
            RETURN_IF_ERROR(tx.Query(kLockCase, Of(row)).status());
            ASSIGN_OR_RETURN(const std::vector<id::Id> reports, SelectReports(tx, row));
            return EraseDerived(tx, row, reports);
          }));
    }
    after = erased.back().case_id;
  }
}

absl::Status SqlRetentionStore::TellIntake(db::Tx& tx, const CaseRow& row,
                                           const std::vector<id::Id>& reports) const {
  std::vector<mamori::v1::Event> events;
  for (const id::Id& report_id : reports) {
    mamori::v1::Event& event = events.emplace_back();
    event.set_event_id(ids_.NewId());
    event.set_tenant(row.tenant);
    event.set_source("triage");
    event.set_subject_id(report_id);
    event.set_subject_sequence(1);
    *event.mutable_event_time() = time::ToTimestamp(clock_.Now());
    event.mutable_report_disposed()->set_case_id(row.case_id);
  }
  return outbox::Append(tx, events);
}

absl::StatusOr<Disposition> SqlRetentionStore::Dispose(const CallKey& call, std::string_view tenant,
                                                       const id::Id& case_id, const id::Id& act_id,
                                                       const std::string& person, Decide decide) {
  // Neither the request nor the certificate has words of anybody's, so its digest tells none.
  const absl::StatusOr<Disposition> disposed = idempotency::RespondOnce<Disposition>(
      transactor_, clock_, call.deadline, call.key, call.digest,
      [&](db::Tx& tx) -> absl::StatusOr<Disposition> {
        ASSIGN_OR_RETURN(const RetainedCase found, Find(tx, seal_, tenant, case_id, true));
        ASSIGN_OR_RETURN(const Disposal disposal, decide(found));
        const ActUse use{.tenant = std::string(tenant),
                         .act_id = act_id,
                         .kind = v1::ACT_KIND_DISPOSE_CASE,
                         .resource = id::Name("cases", case_id),
                         .resource_version = found.row.version};
        ASSIGN_OR_RETURN(const v1::TwoPersonAct act,
                         UseAct(tx, seal_, content_, marks_, use, person, {&found.row.access},
                                {disposal.change.who, disposal.change.action}));
        ASSIGN_OR_RETURN(const std::vector<id::Id> reports, SelectReports(tx, found.row));
        Disposition certificate = disposal.certificate;
        NameAct(act, certificate);
        for (const id::Id& one : reports) certificate.add_reports(id::Name("reports", one));
        RETURN_IF_ERROR(Erase(tx, found.row, reports, certificate));
        RETURN_IF_ERROR(UpdateCase(tx, seal_, found.row, disposal.change));
        RETURN_IF_ERROR(ForgetAccessPast(tx, found.row));
        RETURN_IF_ERROR(Certify(tx, seal_, disposal.change, certificate));
        RETURN_IF_ERROR(TellIntake(tx, found.row, reports));
        return certificate;
      });
  RETURN_IF_ERROR(disposed.status());
  // Listed with the commit. Where this fails it is done as soon as the key store is there, and a
  // call that is sent again does it before it is answered.
  ASSIGN_OR_RETURN(const std::vector<std::string> keys,
                   transactor_.Run<std::vector<std::string>>(
                       {.deadline = call.deadline, .read_only = true},
                       [&](db::Tx& tx) { return SelectKeys(tx, tenant, case_id); }));
  RETURN_IF_ERROR(eraser_.Erase(keys, call.deadline));
  return disposed;
}

absl::StatusOr<Disposition> SqlRetentionStore::GetDisposition(std::string_view tenant,
                                                              const id::Id& case_id,
                                                              absl::Time deadline) {
  return transactor_.Run<Disposition>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
    return SelectDisposition(tx, ChainOf(tenant, case_id));
  });
}

}  // namespace mamori::triage
