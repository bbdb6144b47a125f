#include "services/triage/retention.h"

#include <vector>

#include "common/idempotency/hash.h"
#include "common/server/step_up.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/call_key.h"
#include "services/triage/case_change.h"
#include "services/triage/guarded_request_rules.h"
#include "services/triage/page.h"

namespace mamori::triage {

using server::CallContext;

absl::Status Retention::Check(const CallContext& call, const CaseRow& row) const {
  return d_.gate.Check(ViewerOf(call), row.access, authz::Action::kChangeAccess);
}

bool Retention::IsDue(const RetainedCase& found, absl::Time now, v1::DueCase& due) const {
  RetentionFacts facts = found.facts;
  facts.held = false;
  if (!CheckDisposable(facts, d_.policy, now).ok()) return false;
  const RecordClass record_class = RecordClassOf(d_.policy, facts.kind);
  due.set_name(id::Name("cases", found.row.case_id));
  due.set_record_class(record_class.id);
  due.set_state(facts.state);
  *due.mutable_close_time() = time::ToTimestamp(*facts.close_time);
  *due.mutable_due_time() = time::ToTimestamp(DueTime(*facts.close_time, record_class.months));
  due.set_on_hold(found.facts.held);
  due.set_report_count(static_cast<int32_t>(found.reports));
  due.set_note_count(static_cast<int32_t>(found.notes));
  return true;
}

absl::StatusOr<v1::DryRunRetentionResponse> Retention::DryRun(
    const CallContext& call, const v1::DryRunRetentionRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const std::string digest = idempotency::Hash({"DryRunRetention", call.tenant, call.person});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(auto position, FromPageToken(d_.tokens, binding, request.page_token()));
  const int size = PageSize(request.page_size());
  const absl::Time now = d_.clock.Now();
  // A merged case was closed before the one it went into was, so the bound holds for it too.
  const absl::Time before = ClosedBefore(d_.policy, now);
  v1::DryRunRetentionResponse response;
  for (;;) {
    const int want = size - response.cases_size() + 1;
    ASSIGN_OR_RETURN(const std::vector<RetainedCase> closed,
                     d_.store.ListClosed(call.tenant, before, position, want, call.deadline));
    for (const RetainedCase& one : closed) {
      v1::DueCase due;
      const bool shown = Check(call, one.row).ok() && IsDue(one, now, due);
      if (shown && response.cases_size() == size) {
        CaseRow last;
        last.create_time = absl::FromUnixMicros(position->create_micros);
        last.case_id = position->case_id;
        response.set_next_page_token(ToPageToken(d_.tokens, binding, last));
        return response;
      }
      if (shown) *response.add_cases() = std::move(due);
      position = CasePosition{.create_micros = absl::ToUnixMicros(*one.facts.close_time),
                              .case_id = one.row.case_id};
    }
    if (static_cast<int>(closed.size()) < want) return response;
  }
}

absl::StatusOr<v1::Disposition> Retention::Dispose(const CallContext& call,
                                                   const v1::DisposeCaseRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const id::Id act_id, id::FromName("acts", request.act()));
  ASSIGN_OR_RETURN(const RetainedCase first, d_.store.Read(call.tenant, case_id, call.deadline));
  RETURN_IF_ERROR(Check(call, first.row));
  RETURN_IF_ERROR(server::RequireStepUp(call, d_.clock.Now()));
  const ChangeContext context{d_.clock.Now(),   call.traceparent, d_.ids,
                              d_.gate.policy(), WhoOf(call),      audit::kDisposeCase};
  auto result = d_.store.Dispose(
      KeyOf(call, request), call.tenant, case_id, act_id, call.person,
      [&](const RetainedCase& found) -> absl::StatusOr<Disposal> {
        RETURN_IF_ERROR(Check(call, found.row));
        RETURN_IF_ERROR(CheckDisposable(found.facts, d_.policy, context.now));
        Disposal disposal;
        ChangeBuilder builder(found.row, context);
        builder.Dispose();
        disposal.change = std::move(builder).Finish();
        const RecordClass record_class = RecordClassOf(d_.policy, found.facts.kind);
        v1::Disposition& certificate = disposal.certificate;
        certificate.set_name(request.name());
        certificate.set_record_class(record_class.id);
        *certificate.mutable_close_time() = time::ToTimestamp(*found.facts.close_time);
        *certificate.mutable_due_time() =
            time::ToTimestamp(DueTime(*found.facts.close_time, record_class.months));
        *certificate.mutable_dispose_time() = time::ToTimestamp(context.now);
        certificate.set_policy_digest(d_.policy_digest);
        return disposal;
      });
  d_.committed();
  return result;
}

absl::StatusOr<v1::Disposition> Retention::GetDisposition(
    const CallContext& call, const v1::GetDispositionRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const RetainedCase found, d_.store.Read(call.tenant, case_id, call.deadline));
  RETURN_IF_ERROR(Check(call, found.row));
  return d_.store.GetDisposition(call.tenant, case_id, call.deadline);
}

}  // namespace mamori::triage
