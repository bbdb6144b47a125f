#include "services/triage/cases.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/authz/access_record.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/triage/call_key.h"
#include "services/triage/case_reads.h"
#include "services/triage/closing.h"
#include "services/triage/closing_rules.h"
#include "services/triage/merging.h"
#include "services/triage/page.h"
#include "services/triage/readable_page.h"
#include "services/triage/validate.h"

namespace mamori::triage {

using mamori::v1::Case;
using mamori::v1::CaseNote;
using server::CallContext;

namespace {

// The state after the verb.
absl::StatusOr<mamori::v1::CaseState> Allow(const CaseRow& row, const std::string& etag,
                                            Verb verb) {
  if (!etag.empty() && etag != EtagOf(row)) return status::EtagMismatch();
  const auto next = Next(row.state, verb);
  if (next.has_value()) return *next;
  return status::StateNotAllowed(
      absl::StrCat("not allowed in state ", mamori::v1::CaseState_Name(row.state)));
}

absl::Status NoEffect(const CaseRow&, ChangeBuilder&) { return absl::OkStatus(); }

absl::Status Changed() {
  return status::Error(absl::StatusCode::kAborted, mamori::v1::ERROR_REASON_CONFLICT,
                       "the case changed meanwhile");
}

template <typename Request>
std::string EndingNote(const Request& request) {
  if (request.no_prevention_reason().empty()) return request.reason();
  return absl::StrCat(request.reason(), "\n\n再発防止策なし / no prevention action: ",
                      request.no_prevention_reason());
}

void GiveTo(const std::string& person, const CaseRow& before, ChangeBuilder& builder) {
  if (before.assignee != person) builder.Assign(person);
}

// Whoever has it takes what came to it since: a clock that began later is not left to run out.
void TakeFor(const std::string& person, const CaseRow& before, ChangeBuilder& builder) {
  if (before.assignee == person) builder.TakeAgain();
  GiveTo(person, before, builder);
}

absl::Status CheckCategories(const v1::TriageCaseRequest& request,
                             const mamori::v1::Policy& policy) {
  status::Violations violations;
  for (int i = 0; i < request.categories_size(); ++i) {
    const bool known =
        std::any_of(policy.acts().begin(), policy.acts().end(),
                    [&](const mamori::v1::Act& act) { return act.id() == request.categories(i); });
    if (!known)
      violations.Add(absl::StrCat("categories[", i, "]"), "is no act of the case's policy");
  }
  return violations.Status();
}

absl::Status ConsentMissing() {
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       mamori::v1::ERROR_REASON_CONSENT_MISSING,
                       "the reporter has not consented, or no longer does");
}

}  // namespace

absl::StatusOr<ChangeContext> Cases::ContextOf(const CallContext& call, const CaseRow& row) const {
  ChangeContext context{d_.clock.Now(),   call.traceparent, d_.ids,
                        d_.gate.policy(), WhoOf(call),      server::ActionOf(call)};
  context.handlers = &d_.gate.handlers();
  if (d_.clocks != nullptr) {
    ASSIGN_OR_RETURN(context.clocks, d_.clocks->Get(row.policy_digest));
  }
  return context;
}

absl::Status Cases::Check(const CallContext& call, const CaseRow& row, authz::Action action) const {
  return d_.gate.Check(ViewerOf(call), row.access, action);
}

absl::StatusOr<CaseRow> Cases::Admit(const CallContext& call, const id::Id& case_id,
                                     authz::Action action) {
  ASSIGN_OR_RETURN(CaseRow row, d_.store.GetRow(call.tenant, case_id, call.deadline));
  RETURN_IF_ERROR(Check(call, row, action));
  return row;
}

// Whether the case may go on as far as the risk of detriment is concerned. What is recorded of it
// stays, so this need not be looked at again under the lock.
absl::Status Cases::CheckGoesOn(const CallContext& call, const CaseRow& row, Verb verb) {
  const auto next = Next(row.state, verb);
  // Closing asks for it among the rest.
  if (!next.has_value() || *next == row.state || verb == Verb::kClose) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto assessor, d_.assessors.Get(row.policy_digest));
  if (!NeedsRisk(assessor->policy(), *next)) return absl::OkStatus();
  const auto admit = [&](const CaseRow& one) { return Check(call, one, authz::Action::kWork); };
  ASSIGN_OR_RETURN(const CaseFile file,
                   d_.work.Read(call.tenant, row.case_id, admit, call.deadline));
  return CheckRisk(file);
}

template <typename Request>
Cases::CaseOr Cases::Do(const CallContext& call, const Request& request, Verb verb, Effect effect) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  // Before the request id too: an old answer is not for one who has been kept out since.
  ASSIGN_OR_RETURN(const CaseRow admitted, Admit(call, case_id, authz::Action::kWork));
  ASSIGN_OR_RETURN(const ChangeContext context, ContextOf(call, admitted));
  RETURN_IF_ERROR(CheckGoesOn(call, admitted, verb));
  CaseOr result = d_.store.Change(KeyOf(call, request), call.tenant, case_id,
                                  [&](const CaseRow& row) -> absl::StatusOr<CaseChange> {
                                    RETURN_IF_ERROR(Check(call, row, authz::Action::kWork));
                                    ASSIGN_OR_RETURN(const mamori::v1::CaseState next,
                                                     Allow(row, request.etag(), verb));
                                    ChangeBuilder builder(row, context);
                                    RETURN_IF_ERROR(effect(row, builder));
                                    builder.SetState(next);
                                    return std::move(builder).Finish();
                                  });
  d_.committed();
  return result;
}

Cases::CaseOr Cases::Get(const CallContext& call, const v1::GetCaseRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const auto admit = [&](const CaseRow& row) { return Check(call, row, authz::Action::kRead); };
  const auto case_id = id::FromName("cases", request.name());
  if (case_id.ok()) {
    return Recorded(call, d_.store.Get(call.tenant, *case_id, admit, call.deadline));
  }
  ASSIGN_OR_RETURN(const id::Id report_id, id::FromName("reports", request.name()));
  return Recorded(call, d_.store.GetByReport(call.tenant, report_id, admit, call.deadline));
}

// Before it leaves.
Cases::CaseOr Cases::Recorded(const CallContext& call, CaseOr read) {
  if (!read.ok()) return read;
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", read->name()));
  RETURN_IF_ERROR(RecordCaseRead(d_.reads, call, case_id, read->anonymous()));
  return read;
}

absl::Status Cases::KeepReadable(const CallContext& call, std::vector<CaseRow>& rows) {
  const authz::Viewer viewer = ViewerOf(call);
  std::vector<CaseRow> readable;
  for (CaseRow& row : rows) {
    if (!d_.gate.MayRead(viewer, row.access)) continue;
    if (!row.merged_into.empty()) {
      const auto into = Admit(call, row.merged_into, authz::Action::kRead);
      if (absl::IsNotFound(into.status())) continue;
      RETURN_IF_ERROR(into.status());
    }
    readable.push_back(std::move(row));
  }
  rows = std::move(readable);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<CaseRow>> Cases::ListReadable(const CallContext& call,
                                                         const CaseFilter& filter,
                                                         std::optional<CasePosition> position,
                                                         int limit) {
  return ReadReadable<CaseRow>(
      position, limit,
      [&](const std::optional<CasePosition>& after, int want) {
        return d_.store.List(filter, after, want, call.deadline);
      },
      [](const CaseRow& row) {
        return CasePosition{.create_micros = absl::ToUnixMicros(row.create_time),
                            .case_id = row.case_id};
      },
      [&](std::vector<CaseRow>& rows) { return KeepReadable(call, rows); });
}

absl::StatusOr<v1::ListCasesResponse> Cases::List(const CallContext& call,
                                                  const v1::ListCasesRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  CaseFilter filter = FilterOf(call.tenant, request);
  filter.viewer = d_.gate.ListViewerOf(call);
  const std::string digest = DigestOf(filter);
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(const auto position, FromPageToken(d_.tokens, binding, request.page_token()));
  const int size = PageSize(request.page_size());
  // One more than asked for tells whether there is another page.
  ASSIGN_OR_RETURN(std::vector<CaseRow> rows, ListReadable(call, filter, position, size + 1));
  v1::ListCasesResponse response;
  if (rows.size() > static_cast<size_t>(size)) {
    rows.resize(size);
    response.set_next_page_token(ToPageToken(d_.tokens, binding, rows.back()));
  }
  for (const CaseRow& row : rows) *response.add_cases() = ToProto(row);
  return response;
}

Cases::CaseOr Cases::Claim(const CallContext& call, const v1::ClaimCaseRequest& request) {
  return Do(call, request, Verb::kClaim,
            [&](const CaseRow& before, ChangeBuilder& builder) -> absl::Status {
              if (!before.assignee.empty() && before.assignee != call.person) {
                return status::StateNotAllowed("someone else has the case");
              }
              TakeFor(call.person, before, builder);
              return absl::OkStatus();
            });
}

Cases::CaseOr Cases::Assign(const CallContext& call, const v1::AssignCaseRequest& request) {
  return Do(call, request, Verb::kAssign,
            [&](const CaseRow& before, ChangeBuilder& builder) -> absl::Status {
              if (!authz::MayBeGiven(request.assignee(), before.access, d_.gate.policy())) {
                return status::StateNotAllowed("the person is kept out of the case");
              }
              GiveTo(request.assignee(), before, builder);
              return absl::OkStatus();
            });
}

Cases::CaseOr Cases::Triage(const CallContext& call, const v1::TriageCaseRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const CaseRow row, Admit(call, case_id, authz::Action::kWork));
  ASSIGN_OR_RETURN(const auto assessor, d_.assessors.Get(row.policy_digest));
  RETURN_IF_ERROR(CheckCategories(request, assessor->policy()));
  return Do(call, request, Verb::kTriage, [&](const CaseRow&, ChangeBuilder& builder) {
    builder.SetCategories({request.categories().begin(), request.categories().end()});
    builder.SetSeverity(request.severity());
    return absl::OkStatus();
  });
}

Cases::CaseOr Cases::StartInvestigation(const CallContext& call,
                                        const v1::StartInvestigationRequest& request) {
  return Do(call, request, Verb::kStartInvestigation, NoEffect);
}

Cases::CaseOr Cases::StartDecision(const CallContext& call,
                                   const v1::StartDecisionRequest& request) {
  return Do(call, request, Verb::kStartDecision, NoEffect);
}

Cases::CaseOr Cases::StartAction(const CallContext& call, const v1::StartActionRequest& request) {
  return Do(call, request, Verb::kStartAction, NoEffect);
}

Cases::CaseOr Cases::StartMonitoring(const CallContext& call,
                                     const v1::StartMonitoringRequest& request) {
  return Do(call, request, Verb::kStartMonitoring, NoEffect);
}

template <typename Request>
Cases::CaseOr Cases::End(const CallContext& call, const Request& request, Verb verb) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  const auto admit = [&](const CaseRow& row) { return Check(call, row, authz::Action::kWork); };
  ASSIGN_OR_RETURN(const CaseFile file, d_.work.Read(call.tenant, case_id, admit, call.deadline));
  ASSIGN_OR_RETURN(const bool like_closing, EndsLikeClosing(file));
  const absl::Status ready = verb == Verb::kClose || like_closing
                                 ? CheckClosing(file, request.no_prevention_reason())
                                 : absl::OkStatus();
  return Do(call, request, verb,
            [&](const CaseRow& before, ChangeBuilder& builder) -> absl::Status {
              // What was looked at is what ends: all work on a case changes its version.
              if (before.version != file.row.version) return Changed();
              RETURN_IF_ERROR(ready);
              builder.AddNote(call.person, EndingNote(request));
              return absl::OkStatus();
            });
}

Cases::CaseOr Cases::Close(const CallContext& call, const v1::CloseCaseRequest& request) {
  return End(call, request, Verb::kClose);
}

Cases::CaseOr Cases::Reopen(const CallContext& call, const v1::ReopenCaseRequest& request) {
  return Do(call, request, Verb::kReopen, [&](const CaseRow&, ChangeBuilder& builder) {
    builder.AddNote(call.person, request.reason());
    builder.MarkReopened(call.person);
    return absl::OkStatus();
  });
}

Cases::CaseOr Cases::Withdraw(const CallContext& call, const v1::WithdrawCaseRequest& request) {
  return End(call, request, Verb::kWithdraw);
}

Cases::CaseOr Cases::OpenConsultation(const CallContext& call,
                                      const v1::OpenConsultationRequest& request) {
  return Do(call, request, Verb::kOpenConsultation,
            [&](const CaseRow& before, ChangeBuilder& builder) -> absl::Status {
              if (!authz::HasConsent(before.access)) return ConsentMissing();
              builder.AddNote(call.person, request.consent());
              return absl::OkStatus();
            });
}

absl::StatusOr<CaseNote> Cases::AddNote(const CallContext& call,
                                        const v1::AddNoteRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const CaseRow admitted, Admit(call, case_id, authz::Action::kNote));
  ASSIGN_OR_RETURN(const ChangeContext context, ContextOf(call, admitted));
  return d_.store.ChangeWithNote(KeyOf(call, request), call.tenant, case_id,
                                 [&](const CaseRow& row) -> absl::StatusOr<CaseChange> {
                                   RETURN_IF_ERROR(Check(call, row, authz::Action::kNote));
                                   RETURN_IF_ERROR(Allow(row, "", Verb::kAddNote).status());
                                   ChangeBuilder builder(row, context);
                                   builder.AddNote(call.person, request.note().text());
                                   return std::move(builder).Finish();
                                 });
}

Cases::CaseOr Cases::Merge(const CallContext& call, const v1::MergeCasesRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id from, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const id::Id into, id::FromName("cases", request.into()));
  RETURN_IF_ERROR(Admit(call, from, authz::Action::kWork).status());
  ASSIGN_OR_RETURN(const CaseRow going_on, Admit(call, into, authz::Action::kWork));
  ASSIGN_OR_RETURN(const ChangeContext context, ContextOf(call, going_on));
  CaseOr result = d_.store.MergeCases(
      KeyOf(call, request), call.tenant, from, into,
      [&](const CaseStore::MergeFacts& facts) -> absl::StatusOr<CaseStore::Merge> {
        const CaseRow& source = facts.from.row;
        const CaseRow& target = facts.into.row;
        RETURN_IF_ERROR(Check(call, source, authz::Action::kWork));
        RETURN_IF_ERROR(Check(call, target, authz::Action::kWork));
        RETURN_IF_ERROR(Allow(source, request.etag(), Verb::kMerge).status());
        RETURN_IF_ERROR(Allow(target, "", Verb::kMergeInto).status());
        if (source.company != target.company) {
          return status::StateNotAllowed("the cases belong to different companies");
        }
        ChangeBuilder tombstone(source, context);
        authz::MergeRecord(target.access, d_.gate.policy(),
                           time::Told(context.now, source.anonymous), tombstone.ChangeAccess());
        tombstone.MergeInto(into);
        ChangeBuilder builder(target, context);
        if (source.anonymous) builder.MarkAnonymous();
        authz::MergeRecord(source.access, d_.gate.policy(),
                           time::Told(context.now, builder.row().anonymous),
                           builder.ChangeAccess());
        builder.AddCategories(source.categories);
        builder.SetSeverity(std::max(target.severity, source.severity));
        for (const id::Id& report : facts.from.reports) builder.TellJoined(report);
        RETURN_IF_ERROR(CheckMergeable(facts, {builder.row().access, context.access}, context.now));
        ASSIGN_OR_RETURN(
            std::vector<WorkRow> carried,
            CarryOver(facts, {call.person, time::Told(context.now, builder.row().anonymous)},
                      d_.ids));
        return CaseStore::Merge{std::move(tombstone).Finish(), std::move(builder).Finish(),
                                std::move(carried)};
      });
  d_.committed();
  return result;
}

}  // namespace mamori::triage
