#include "services/triage/retention.h"

#include <algorithm>
#include <optional>
#include <string_view>
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
#include "services/triage/readable_page.h"

namespace mamori::triage {

using server::CallContext;

namespace {

CasePosition PositionOf(const RetainedCase& one) {
  return {.create_micros = absl::ToUnixMicros(*one.facts.close_time), .case_id = one.row.case_id};
}

CasePosition PositionOf(const RetainedRecord& one) {
  return {.create_micros = absl::ToUnixMicros(one.create_time), .case_id = one.record_id};
}

// A page of what `shown` leaves of what `fetch` finds; where the next one begins, if there is one.
template <typename Found, typename Fetch, typename Shown, typename Add>
absl::StatusOr<std::string> FillPage(const idempotency::PageTokens& tokens, const CallContext& call,
                                     std::string_view collection,
                                     const v1::DryRunRetentionRequest& request, Fetch fetch,
                                     Shown shown, Add add) {
  const std::string digest =
      idempotency::Hash({"DryRunRetention", collection, call.tenant, call.person});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(const auto position, FromPageToken(tokens, binding, request.page_token()));
  const size_t size = PageSize(request.page_size());
  const auto keep = [&](std::vector<Found>& all) {
    std::erase_if(all, [&](const Found& one) { return !shown(one); });
    return absl::OkStatus();
  };
  ASSIGN_OR_RETURN(
      const std::vector<Found> found,
      ReadReadable<Found>(
          position, size + 1, fetch, [](const Found& one) { return PositionOf(one); }, keep));
  for (size_t i = 0; i < std::min(size, found.size()); ++i) add(found[i]);
  if (found.size() <= size) return std::string();
  CasePosition at = PositionOf(found[size - 1]);
  CaseRow last;
  last.create_time = absl::FromUnixMicros(at.create_micros);
  last.case_id = std::move(at.case_id);
  return ToPageToken(tokens, binding, last);
}

// What a dry run, or a certificate, says of it.
template <typename Told>
void TellClosing(absl::Time close_time, const RecordClass& record_class, Told& told) {
  told.set_record_class(record_class.id);
  *told.mutable_close_time() = time::ToTimestamp(close_time);
  *told.mutable_due_time() = time::ToTimestamp(DueTime(close_time, record_class.months));
}

v1::DueCase DueOf(const RetainedCase& found, const mamori::v1::RetentionPolicy& policy) {
  v1::DueCase due;
  due.set_name(id::Name("cases", found.row.case_id));
  TellClosing(*found.facts.close_time, RecordClassOf(policy, found.facts.kind), due);
  due.set_state(found.facts.state);
  due.set_on_hold(found.facts.held);
  due.set_report_count(static_cast<int32_t>(found.reports));
  due.set_note_count(static_cast<int32_t>(found.notes));
  return due;
}

v1::DueRecord DueOf(const RetainedRecord& found, const RecordClass& record_class) {
  v1::DueRecord due;
  due.set_name(NameOf(found));
  TellClosing(*found.close_time, record_class, due);
  due.set_on_hold(found.held);
  return due;
}

}  // namespace

absl::Status Retention::Check(const CallContext& call, const CaseRow& row) const {
  return d_.gate.Check(ViewerOf(call), row.access, authz::Action::kChangeAccess);
}

absl::StatusOr<v1::DryRunRetentionResponse> Retention::DryRun(
    const CallContext& call, const v1::DryRunRetentionRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const RecordKind* kind = RecordKindOf(request.collection());
  return kind == nullptr ? DryRunCases(call, request) : DryRunRecords(call, *kind, request);
}

bool Retention::MayLookAfterAny(const authz::Viewer& viewer) const {
  using authz::Role;
  if (viewer.roles.Meets({Role::kFirstReader, Role::kAdmin, Role::kConsultation})) return true;
  const auto& readers = d_.gate.policy().outside_readers();
  return std::find(readers.begin(), readers.end(), viewer.person) != readers.end();
}

absl::StatusOr<v1::DryRunRetentionResponse> Retention::DryRunCases(
    const CallContext& call, const v1::DryRunRetentionRequest& request) {
  // Who sees none opens none.
  if (!MayLookAfterAny(ViewerOf(call))) return v1::DryRunRetentionResponse();
  const absl::Time now = d_.clock.Now();
  // A merged case was closed before the one it went into was, so the bound holds for it too.
  const absl::Time before = ClosedBefore(d_.policy, now);
  v1::DryRunRetentionResponse response;
  ASSIGN_OR_RETURN(
      *response.mutable_next_page_token(),
      FillPage<RetainedCase>(
          d_.tokens, call, "cases", request,
          [&](const std::optional<CasePosition>& position, int want) {
            return d_.store.ListClosed(call.tenant, before, position, want, call.deadline);
          },
          [&](const RetainedCase& one) {
            RetentionFacts facts = one.facts;
            facts.held = false;
            return Check(call, one.row).ok() && CheckDisposable(facts, d_.policy, now).ok();
          },
          [&](const RetainedCase& one) { *response.add_cases() = DueOf(one, d_.policy); }));
  return response;
}

absl::StatusOr<v1::DryRunRetentionResponse> Retention::DryRunRecords(
    const CallContext& call, const RecordKind& kind, const v1::DryRunRetentionRequest& request) {
  const authz::Viewer viewer = ViewerOf(call);
  v1::DryRunRetentionResponse response;
  if (!MayKnowRecords(viewer, kind)) return response;
  const absl::Time now = d_.clock.Now();
  const RecordClass record_class = RecordClassOf(d_.policy, kind);
  // None was closed before it was created.
  const absl::Time before = ClosedBefore(record_class, now);
  ASSIGN_OR_RETURN(
      *response.mutable_next_page_token(),
      FillPage<RetainedRecord>(
          d_.tokens, call, kind.collection, request,
          [&](const std::optional<CasePosition>& position, int want) {
            return d_.records.ListRetained(kind, call.tenant, before, position, want,
                                           call.deadline);
          },
          [&](const RetainedRecord& one) {
            return CheckRecordAccess(viewer, kind, one.person).ok() &&
                   CheckDisposable(one.close_time, /*held=*/false, record_class, now).ok();
          },
          [&](const RetainedRecord& one) { *response.add_records() = DueOf(one, record_class); }));
  return response;
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
  auto result =
      d_.store.Dispose(KeyOf(call, request), call.tenant, case_id, act_id, call.person,
                       [&](const RetainedCase& found) -> absl::StatusOr<Disposal> {
                         RETURN_IF_ERROR(Check(call, found.row));
                         RETURN_IF_ERROR(CheckDisposable(found.facts, d_.policy, context.now));
                         Disposal disposal;
                         ChangeBuilder builder(found.row, context);
                         builder.Dispose();
                         disposal.change = std::move(builder).Finish();
                         v1::Disposition& certificate = disposal.certificate;
                         certificate.set_name(request.name());
                         TellClosing(*found.facts.close_time,
                                     RecordClassOf(d_.policy, found.facts.kind), certificate);
                         *certificate.mutable_dispose_time() = time::ToTimestamp(context.now);
                         certificate.set_policy_digest(d_.policy_digest);
                         return disposal;
                       });
  d_.committed();
  return result;
}

absl::Status Retention::AdmitToRecord(const CallContext& call, const RecordName& name) {
  const authz::Viewer viewer = ViewerOf(call);
  if (!MayKnowRecords(viewer, *name.kind)) return status::NotFound(name.kind->resource);
  const auto found = d_.records.Read(name, call.tenant, call.deadline);
  if (found.ok()) return CheckRecordAccess(viewer, *name.kind, found->person);
  if (!absl::IsNotFound(found.status())) return found.status();
  // A call that is sent again is answered as before.
  const auto left = d_.records.GetDisposition(name, call.tenant, call.person, call.deadline);
  return absl::IsNotFound(left.status()) ? found.status() : left.status();
}

absl::StatusOr<v1::Disposition> Retention::DisposeRecord(const CallContext& call,
                                                         const v1::DisposeRecordRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const RecordName name, ParseRecordName(request.name()));
  ASSIGN_OR_RETURN(const id::Id act_id, id::FromName("acts", request.act()));
  RETURN_IF_ERROR(AdmitToRecord(call, name));
  RETURN_IF_ERROR(server::RequireStepUp(call, d_.clock.Now()));
  const RecordClass record_class = RecordClassOf(d_.policy, *name.kind);
  return d_.records.Dispose(
      KeyOf(call, request), {WhoOf(call), audit::kDisposeRecord}, name, call.tenant, act_id,
      call.person, [&](const RetainedRecord& found) -> absl::StatusOr<v1::Disposition> {
        const absl::Time now = d_.clock.Now();
        RETURN_IF_ERROR(CheckRecordAccess(ViewerOf(call), *name.kind, found.person));
        RETURN_IF_ERROR(CheckDisposable(found.close_time, found.held, record_class, now));
        v1::Disposition certificate;
        certificate.set_name(request.name());
        TellClosing(*found.close_time, record_class, certificate);
        *certificate.mutable_dispose_time() = time::ToTimestamp(now);
        certificate.set_policy_digest(d_.policy_digest);
        return certificate;
      });
}

absl::StatusOr<v1::Disposition> Retention::GetDisposition(
    const CallContext& call, const v1::GetDispositionRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  if (const auto name = ParseRecordName(request.name()); name.ok()) {
    if (!MayKnowRecords(ViewerOf(call), *name->kind)) return status::NotFound("disposition");
    return d_.records.GetDisposition(*name, call.tenant, call.person, call.deadline);
  }
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const RetainedCase found, d_.store.Read(call.tenant, case_id, call.deadline));
  RETURN_IF_ERROR(Check(call, found.row));
  return d_.store.GetDisposition(call.tenant, case_id, call.deadline);
}

}  // namespace mamori::triage
