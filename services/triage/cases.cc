#include "services/triage/cases.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/idempotency/request_id.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/page.h"
#include "services/triage/validate.h"

namespace mamori::triage {

using mamori::v1::Case;
using mamori::v1::CaseNote;
using server::CallContext;

namespace {

template <typename Request>
CallKey KeyOf(const CallContext& call, const Request& request) {
  return {
      .key = idempotency::RequestKey(call.tenant, call.caller, call.method, request.request_id()),
      .digest = idempotency::BodyDigest(request),
      .deadline = call.deadline};
}

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

void GiveTo(const std::string& person, const CaseRow& before, ChangeBuilder& builder) {
  if (before.assignee != person) builder.Assign(person);
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

}  // namespace

ChangeContext Cases::ContextOf(const CallContext& call) const {
  return {d_.clock.Now(), call.traceparent, d_.ids};
}

template <typename Request>
Cases::CaseOr Cases::Do(const CallContext& call, const Request& request, Verb verb, Effect effect) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  const ChangeContext context = ContextOf(call);
  CaseOr result = d_.store.Change(KeyOf(call, request), call.tenant, case_id,
                                  [&](const CaseRow& row) -> absl::StatusOr<CaseChange> {
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

template <typename Request>
Cases::CaseOr Cases::DoWithReason(const CallContext& call, const Request& request, Verb verb) {
  return Do(call, request, verb, [&](const CaseRow&, ChangeBuilder& builder) {
    builder.AddNote(call.person, request.reason());
    return absl::OkStatus();
  });
}

Cases::CaseOr Cases::Get(const CallContext& call, const v1::GetCaseRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const auto case_id = id::FromName("cases", request.name());
  if (case_id.ok()) return d_.store.Get(call.tenant, *case_id, call.deadline);
  ASSIGN_OR_RETURN(const id::Id report_id, id::FromName("reports", request.name()));
  return d_.store.GetByReport(call.tenant, report_id, call.deadline);
}

absl::StatusOr<v1::ListCasesResponse> Cases::List(const CallContext& call,
                                                  const v1::ListCasesRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const CaseFilter filter = FilterOf(call.tenant, request);
  const std::string digest = DigestOf(filter);
  ASSIGN_OR_RETURN(const auto position, FromPageToken(request.page_token(), digest));
  const int size = PageSize(request.page_size());
  // One more than asked for tells whether there is another page.
  ASSIGN_OR_RETURN(std::vector<CaseRow> rows,
                   d_.store.List(filter, position, size + 1, call.deadline));
  v1::ListCasesResponse response;
  if (rows.size() > static_cast<size_t>(size)) {
    rows.resize(size);
    response.set_next_page_token(ToPageToken(rows.back(), digest));
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
              GiveTo(call.person, before, builder);
              return absl::OkStatus();
            });
}

Cases::CaseOr Cases::Assign(const CallContext& call, const v1::AssignCaseRequest& request) {
  return Do(call, request, Verb::kAssign, [&](const CaseRow& before, ChangeBuilder& builder) {
    GiveTo(request.assignee(), before, builder);
    return absl::OkStatus();
  });
}

Cases::CaseOr Cases::Triage(const CallContext& call, const v1::TriageCaseRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const CaseRow row, d_.store.GetRow(call.tenant, case_id, call.deadline));
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

Cases::CaseOr Cases::Close(const CallContext& call, const v1::CloseCaseRequest& request) {
  return DoWithReason(call, request, Verb::kClose);
}

Cases::CaseOr Cases::Reopen(const CallContext& call, const v1::ReopenCaseRequest& request) {
  return DoWithReason(call, request, Verb::kReopen);
}

Cases::CaseOr Cases::Withdraw(const CallContext& call, const v1::WithdrawCaseRequest& request) {
  return DoWithReason(call, request, Verb::kWithdraw);
}

Cases::CaseOr Cases::OpenConsultation(const CallContext& call,
                                      const v1::OpenConsultationRequest& request) {
  return Do(call, request, Verb::kOpenConsultation, [&](const CaseRow&, ChangeBuilder& builder) {
    builder.AddNote(call.person, request.consent());
    return absl::OkStatus();
  });
}

absl::StatusOr<CaseNote> Cases::AddNote(const CallContext& call,
                                        const v1::AddNoteRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  const ChangeContext context = ContextOf(call);
  return d_.store.ChangeWithNote(KeyOf(call, request), call.tenant, case_id,
                                 [&](const CaseRow& row) -> absl::StatusOr<CaseChange> {
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
  const ChangeContext context = ContextOf(call);
  CaseOr result = d_.store.MergeCases(
      KeyOf(call, request), call.tenant, from, into,
      [&](const CaseRow& source, const CaseRow& target,
          const std::vector<id::Id>& reports) -> absl::StatusOr<CaseStore::Merge> {
        RETURN_IF_ERROR(Allow(source, request.etag(), Verb::kMerge).status());
        RETURN_IF_ERROR(Allow(target, "", Verb::kMergeInto).status());
        if (source.company != target.company) {
          return status::StateNotAllowed("the cases belong to different companies");
        }
        ChangeBuilder tombstone(source, context);
        tombstone.MergeInto(into);
        ChangeBuilder builder(target, context);
        builder.AddCategories(source.categories);
        builder.SetSeverity(std::max(target.severity, source.severity));
        for (const id::Id& report : reports) builder.TellJoined(report);
        return CaseStore::Merge{std::move(tombstone).Finish(), std::move(builder).Finish()};
      });
  d_.committed();
  return result;
}

}  // namespace mamori::triage
