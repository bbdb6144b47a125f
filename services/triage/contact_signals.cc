#include "services/triage/contact_signals.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/authz/access_record.h"
#include "common/idempotency/hash.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/status/role_not_allowed.h"
#include "common/time/timestamp.h"
#include "services/triage/call_key.h"
#include "services/triage/case_state.h"
#include "services/triage/contact_signal_rules.h"
#include "services/triage/page.h"

namespace mamori::triage {
namespace {

using mamori::v1::ContactThreshold;
using server::CallContext;

constexpr auto kKind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT;

std::string DigestOf(const CallContext& call, const ContactSignalStore::Filter& filter) {
  return idempotency::Hash({call.method, call.tenant, call.person, filter.case_id,
                            absl::StrCat(static_cast<int>(filter.state))});
}

}  // namespace

absl::Status ContactSignals::RequireDesk(const CallContext& call) const {
  const authz::Viewer viewer = ViewerOf(call);
  const std::vector<int> audiences = d_.gate.AudiencesOf(viewer);
  const bool is_desk =
      std::count(audiences.begin(), audiences.end(), authz::AudienceOfKind(kKind)) > 0;
  return !viewer.person.empty() && is_desk ? absl::OkStatus() : status::RoleNotAllowed();
}

absl::StatusOr<ContactThreshold> ContactSignals::ThresholdOf(const CrossingRow& row) {
  ASSIGN_OR_RETURN(const auto assessor, d_.assessors.Get(row.policy_digest));
  for (const ContactThreshold& threshold : assessor->policy().contact_thresholds()) {
    if (threshold.id() == row.threshold) return threshold;
  }
  return absl::DataLossError("a crossing of no threshold of its policy");
}

absl::StatusOr<v1::ContactSignal> ContactSignals::ToSignal(const CrossingRow& row) {
  ASSIGN_OR_RETURN(const ContactThreshold threshold, ThresholdOf(row));
  v1::ContactSignal signal;
  signal.set_name(id::Name("signals", row.crossing_id));
  signal.set_state(row.state);
  signal.set_company(row.company);
  signal.set_actor(id::Name("actors", row.actor));
  signal.set_threshold(row.threshold);
  signal.set_measure(threshold.measure());
  signal.set_value(static_cast<int32_t>(row.value));
  signal.set_at_least(threshold.at_least());
  *signal.mutable_window() = threshold.window();
  *signal.mutable_window_end_time() = time::ToTimestamp(row.window_end);
  signal.set_contact(id::Name("contacts", row.contact_id));
  signal.set_category(threshold.category());
  signal.set_severity(threshold.severity());
  signal.set_reason_ja(threshold.reason_ja());
  signal.set_reason_en(threshold.reason_en());
  if (!row.case_id.empty()) signal.set_case_name(id::Name("cases", row.case_id));
  signal.set_decided_by(row.decided_by);
  if (row.decide_time.has_value())
    *signal.mutable_decide_time() = time::ToTimestamp(*row.decide_time);
  signal.set_dismissal_cause(row.dismissal);
  *signal.mutable_create_time() = time::ToTimestamp(row.create_time);
  return signal;
}

template <typename Request>
absl::StatusOr<ContactSignals::Page> ContactSignals::ReadPage(
    const CallContext& call, const Request& request, const ContactSignalStore::Filter& filter) {
  const std::string digest = DigestOf(call, filter);
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(const auto after, FromPageToken(d_.tokens, binding, request.page_token()));
  const auto size = static_cast<size_t>(PageSize(request.page_size()));
  ASSIGN_OR_RETURN(
      std::vector<CrossingRow> rows,
      d_.store.List(call.tenant, filter, after, static_cast<int>(size) + 1, call.deadline));
  Page page;
  if (rows.size() > size) {
    rows.resize(size);
    CaseRow last;  // where the page ends
    last.case_id = rows.back().crossing_id;
    last.create_time = rows.back().create_time;
    page.next_page_token = ToPageToken(d_.tokens, binding, last);
  }
  for (const CrossingRow& row : rows) {
    ASSIGN_OR_RETURN(v1::ContactSignal signal, ToSignal(row));
    page.signals.push_back(std::move(signal));
  }
  return page;
}

absl::StatusOr<v1::ListContactSignalsResponse> ContactSignals::List(
    const CallContext& call, const v1::ListContactSignalsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const CaseRow row, d_.cases.GetRow(call.tenant, case_id, call.deadline));
  RETURN_IF_ERROR(d_.gate.Check(ViewerOf(call), row.access, authz::Action::kRead));
  ASSIGN_OR_RETURN(Page page, ReadPage(call, request, {.case_id = case_id}));
  v1::ListContactSignalsResponse response;
  for (v1::ContactSignal& signal : page.signals) response.add_signals()->Swap(&signal);
  response.set_next_page_token(page.next_page_token);
  return response;
}

absl::StatusOr<v1::ListCaseProposalsResponse> ContactSignals::ListProposals(
    const CallContext& call, const v1::ListCaseProposalsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  RETURN_IF_ERROR(RequireDesk(call));
  const auto state = request.state() == v1::CONTACT_SIGNAL_STATE_UNSPECIFIED
                         ? v1::CONTACT_SIGNAL_STATE_PROPOSED
                         : request.state();
  ASSIGN_OR_RETURN(Page page, ReadPage(call, request, {.state = state}));
  v1::ListCaseProposalsResponse response;
  for (v1::ContactSignal& signal : page.signals) {
    // The case that was opened may have been closed to the viewer since.
    signal.clear_case_name();
    response.add_proposals()->Swap(&signal);
  }
  response.set_next_page_token(page.next_page_token);
  return response;
}

absl::StatusOr<v1::ListUnseenSignalsResponse> ContactSignals::ListUnseen(
    const CallContext& call, const v1::ListUnseenSignalsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const authz::Viewer viewer = ViewerOf(call);
  if (viewer.person.empty() || !viewer.roles.Has(authz::Role::kFirstReader))
    return status::RoleNotAllowed();
  ASSIGN_OR_RETURN(Page page, ReadPage(call, request, {.state = v1::CONTACT_SIGNAL_STATE_UNSEEN}));
  v1::ListUnseenSignalsResponse response;
  for (v1::ContactSignal& signal : page.signals) response.add_signals()->Swap(&signal);
  response.set_next_page_token(page.next_page_token);
  return response;
}

ContactSignalStore::Decision ContactSignals::Decided(const CallContext& call,
                                                     const CrossingRow& before,
                                                     v1::ContactSignalState state,
                                                     absl::Time now) const {
  ContactSignalStore::Decision decision{
      .row = before, .who = WhoOf(call), .action = server::ActionOf(call)};
  decision.row.state = state;
  decision.row.decided_by = call.person;
  decision.row.decide_time = now;
  return decision;
}

// A case without a report: the contact log is what there is.
CaseChange ContactSignals::OpenCase(const CallContext& call, const CrossingRow& row,
                                    const ContactThreshold& threshold, const std::string& digest,
                                    std::shared_ptr<const ClockBook> clocks, absl::Time now) {
  mamori::v1::Report nothing;
  nothing.set_company(row.company);
  nothing.set_kind(kKind);
  CaseRow opened;
  opened.case_id = d_.ids.NewId();
  opened.tenant = row.tenant;
  opened.company = row.company;
  opened.state = OpeningState(kKind);
  opened.kind = kKind;
  opened.severity = threshold.severity();
  opened.policy_digest = digest;
  opened.create_time = opened.update_time = now;
  opened.access_version = 1;
  opened.access = authz::OpenRecord(opened.tenant, id::Name("cases", opened.case_id),
                                    /*consulting=*/false, nothing, d_.gate.policy(), now);
  opened.access.set_version(opened.access_version);
  const ChangeContext context{now,
                              call.traceparent,
                              d_.ids,
                              d_.gate.policy(),
                              WhoOf(call),
                              server::ActionOf(call),
                              std::move(clocks),
                              &d_.gate.handlers()};
  ChangeBuilder builder(opened, context);
  builder.SetCategories({threshold.category()});
  builder.TellOpened(id::Id());
  return std::move(builder).Finish();
}

absl::StatusOr<mamori::v1::Case> ContactSignals::Accept(
    const CallContext& call, const v1::AcceptCaseProposalRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  RETURN_IF_ERROR(RequireDesk(call));
  ASSIGN_OR_RETURN(const id::Id crossing_id, id::FromName("signals", request.name()));
  ASSIGN_OR_RETURN(const auto current, d_.assessors.Current());
  std::shared_ptr<const ClockBook> clocks;
  if (d_.clocks != nullptr) {
    ASSIGN_OR_RETURN(clocks, d_.clocks->Get(current->digest()));
  }
  const absl::Time now = d_.clock.Now();
  auto result = d_.store.Open(
      KeyOf(call, request), call.tenant, crossing_id,
      [&](const CrossingRow& before) -> absl::StatusOr<ContactSignalStore::Decision> {
        if (before.audience != CrossingAudience::kOpen) return status::NotFound("signal");
        if (before.state != v1::CONTACT_SIGNAL_STATE_PROPOSED) {
          return status::StateNotAllowed("the proposal was decided before, or is none");
        }
        ASSIGN_OR_RETURN(const ContactThreshold threshold, ThresholdOf(before));
        auto decision = Decided(call, before, v1::CONTACT_SIGNAL_STATE_ACCEPTED, now);
        decision.opens = OpenCase(call, before, threshold, current->digest(), clocks, now);
        decision.row.case_id = decision.opens->row.case_id;
        return decision;
      });
  d_.committed();
  return result;
}

absl::StatusOr<v1::ContactSignal> ContactSignals::Dismiss(
    const CallContext& call, const v1::DismissCaseProposalRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  RETURN_IF_ERROR(RequireDesk(call));
  ASSIGN_OR_RETURN(const id::Id crossing_id, id::FromName("signals", request.name()));
  const absl::Time now = d_.clock.Now();
  return d_.store.Change(
      KeyOf(call, request), call.tenant, crossing_id,
      [&](const CrossingRow& before) -> absl::StatusOr<ContactSignalStore::Decision> {
        if (before.audience != CrossingAudience::kOpen) return status::NotFound("signal");
        if (before.state != v1::CONTACT_SIGNAL_STATE_PROPOSED) {
          return status::StateNotAllowed("the proposal was decided before, or is none");
        }
        auto decision = Decided(call, before, v1::CONTACT_SIGNAL_STATE_DISMISSED, now);
        decision.row.dismissal = request.cause();
        return decision;
      },
      [&](const CrossingRow& row) { return ToSignal(row); });
}

}  // namespace mamori::triage
