#include "services/triage/disclosures.h"

#include <string>
#include <utility>

#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/disclosure_rules.h"
#include "services/triage/work_name.h"

namespace mamori::triage {

using server::CallContext;
using v1::DisclosureRequest;

namespace {

constexpr char kDisclosures[] = "disclosures";

DisclosureRequest Shown(const CaseRow& row, const WorkRow& work, DisclosureRequest disclosure) {
  disclosure.set_name(NameOfWork(kDisclosures, row.case_id, work.record_id));
  disclosure.set_etag(EtagOf(work));
  return disclosure;
}

// Of what was asked nothing but what the asker may say.
DisclosureRequest Asked(const DisclosureRequest& given) {
  DisclosureRequest asked;
  asked.set_person(given.person());
  asked.set_requester(given.requester());
  asked.set_requester_name(given.requester_name());
  asked.set_text(given.text());
  *asked.mutable_receive_time() = given.receive_time();
  asked.set_state(v1::DISCLOSURE_STATE_RECEIVED);
  return asked;
}

// The clock runs as long as one of the case's requests is open.
absl::StatusOr<bool> OthersAreOpen(const CaseView& view, const id::Id& record_id) {
  for (const WorkRow* row : view.All(WorkKind::kDisclosure)) {
    if (row->record_id == record_id) continue;
    ASSIGN_OR_RETURN(const DisclosureRequest one, BodyOf<DisclosureRequest>(*row));
    if (one.state() != v1::DISCLOSURE_STATE_ANSWERED) return true;
  }
  return false;
}

}  // namespace

template <typename Request>
Disclosures::DisclosureOr Disclosures::Do(const CallContext& call, const Request& request,
                                          Step step) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const WorkName name, ParseWorkName(kDisclosures, request.name()));
  return casework_.Do<DisclosureRequest>(
      call, request, name.case_id, authz::Action::kWork, [&](Work& work) -> DisclosureOr {
        ASSIGN_OR_RETURN(const WorkRow* before,
                         work.view().Find(WorkKind::kDisclosure, name.record_id));
        if (!request.etag().empty() && request.etag() != EtagOf(*before)) {
          return status::EtagMismatch();
        }
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kOwed));
        ASSIGN_OR_RETURN(DisclosureRequest disclosure, BodyOf<DisclosureRequest>(*before));
        RETURN_IF_ERROR(step(work, disclosure));
        const WorkRow row = work.Put(*before, disclosure);
        return Shown(work.row(), row, std::move(disclosure));
      });
}

Disclosures::DisclosureOr Disclosures::Receive(const CallContext& call,
                                               const v1::ReceiveDisclosureRequestRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<DisclosureRequest>(
      call, request, case_id, authz::Action::kWork, [&](Work& work) -> DisclosureOr {
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kDisclose));
        RETURN_IF_ERROR(CheckReceive(request.disclosure(), work.now()));
        DisclosureRequest disclosure = Asked(request.disclosure());
        work.change().StartClock(work.view().policy.disclosure().clock(),
                                 time::FromTimestamp(disclosure.receive_time()));
        const WorkRow row = work.Add(WorkKind::kDisclosure, disclosure);
        return Shown(work.row(), row, std::move(disclosure));
      });
}

Disclosures::DisclosureOr Disclosures::CheckIdentity(
    const CallContext& call, const v1::CheckRequesterIdentityRequest& request) {
  return Do(call, request, [&](Work&, DisclosureRequest& disclosure) -> absl::Status {
    RETURN_IF_ERROR(CheckIdentityStep(disclosure));
    disclosure.set_state(request.confirmed() ? v1::DISCLOSURE_STATE_CONFIRMED
                                             : v1::DISCLOSURE_STATE_NOT_CONFIRMED);
    disclosure.set_identity_check(request.identity_check());
    disclosure.set_checker(call.person);
    return absl::OkStatus();
  });
}

Disclosures::DisclosureOr Disclosures::Decide(const CallContext& call,
                                              const v1::DecideDisclosureRequest& request) {
  return Do(call, request, [&](Work& work, DisclosureRequest& disclosure) -> absl::Status {
    RETURN_IF_ERROR(CheckDecision(disclosure, request.outcome()));
    disclosure.set_state(v1::DISCLOSURE_STATE_DECIDED);
    disclosure.set_outcome(request.outcome());
    *disclosure.mutable_parts() = request.parts();
    disclosure.set_decision(request.decision());
    disclosure.set_decider(call.person);
    *disclosure.mutable_decide_time() = time::ToTimestamp(work.now());
    return absl::OkStatus();
  });
}

Disclosures::DisclosureOr Disclosures::Answer(const CallContext& call,
                                              const v1::AnswerDisclosureRequest& request) {
  return Do(call, request, [&](Work& work, DisclosureRequest& disclosure) -> absl::Status {
    RETURN_IF_ERROR(CheckAnswer(disclosure, call.person, time::FromTimestamp(request.answer_time()),
                                work.now()));
    disclosure.set_state(v1::DISCLOSURE_STATE_ANSWERED);
    disclosure.set_answer(request.answer());
    disclosure.set_answerer(call.person);
    *disclosure.mutable_answer_time() = request.answer_time();
    ASSIGN_OR_RETURN(const WorkName name, ParseWorkName(kDisclosures, request.name()));
    ASSIGN_OR_RETURN(const bool open, OthersAreOpen(work.view(), name.record_id));
    if (!open) work.change().CompleteClock(work.view().policy.disclosure().clock());
    return absl::OkStatus();
  });
}

Disclosures::DisclosureOr Disclosures::Gather(const CallContext& call,
                                              const v1::ReceiveDisclosureRequestRequest& request) {
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<DisclosureRequest>(
      call, request, case_id, authz::Action::kWork, [&](Work& work) -> DisclosureOr {
        // Whoever gathered it before.
        for (const WorkRow* row : work.view().All(WorkKind::kDisclosure)) {
          ASSIGN_OR_RETURN(DisclosureRequest one, BodyOf<DisclosureRequest>(*row));
          if (one.subject_request() != request.disclosure().subject_request()) continue;
          work.LeaveUntouched();
          return Shown(work.row(), *row, std::move(one));
        }
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kDisclose));
        DisclosureRequest disclosure = Asked(request.disclosure());
        disclosure.set_subject_request(request.disclosure().subject_request());
        disclosure.set_state(v1::DISCLOSURE_STATE_CONFIRMED);
        disclosure.set_identity_check(request.disclosure().identity_check());
        disclosure.set_checker(request.disclosure().checker());
        work.change().StartClock(work.view().policy.disclosure().clock(),
                                 time::FromTimestamp(disclosure.receive_time()));
        const WorkRow row = work.Add(WorkKind::kDisclosure, disclosure);
        return Shown(work.row(), row, std::move(disclosure));
      });
}

Disclosures::DisclosureOr Disclosures::Get(const CallContext& call, const std::string& name) {
  ASSIGN_OR_RETURN(const WorkName parsed, ParseWorkName(kDisclosures, name));
  return casework_.Read<DisclosureRequest>(
      call, parsed.case_id,
      [&](const CaseView& view) -> DisclosureOr {
        ASSIGN_OR_RETURN(const WorkRow* row, view.Find(WorkKind::kDisclosure, parsed.record_id));
        ASSIGN_OR_RETURN(DisclosureRequest one, BodyOf<DisclosureRequest>(*row));
        return Shown(view.file.row, *row, std::move(one));
      },
      authz::Action::kWork);
}

absl::StatusOr<v1::ListDisclosuresResponse> Disclosures::List(
    const CallContext& call, const v1::ListDisclosuresRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Read<v1::ListDisclosuresResponse>(
      call, case_id, [](const CaseView& view) -> absl::StatusOr<v1::ListDisclosuresResponse> {
        v1::ListDisclosuresResponse response;
        for (const WorkRow* row : view.All(WorkKind::kDisclosure)) {
          ASSIGN_OR_RETURN(DisclosureRequest one, BodyOf<DisclosureRequest>(*row));
          *response.add_disclosures() = Shown(view.file.row, *row, std::move(one));
        }
        return response;
      });
}

}  // namespace mamori::triage
