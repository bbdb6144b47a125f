#include "services/triage/hearings.h"

#include <string>
#include <utility>

#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "services/triage/work_name.h"

namespace mamori::triage {

using server::CallContext;
using v1::Hearing;

namespace {

constexpr char kHearings[] = "hearings";

Hearing Shown(const CaseRow& row, const WorkRow& work, Hearing hearing) {
  hearing.set_name(NameOfWork(kHearings, row.case_id, work.record_id));
  hearing.set_etag(EtagOf(work));
  return hearing;
}

v1::AccusedWords Recorded(v1::AccusedWords words, const Work& work) {
  if (words.taker().empty()) words.set_taker(work.call().person);
  words.set_recorder(work.call().person);
  *words.mutable_record_time() = time::ToTimestamp(work.now());
  return words;
}

absl::StatusOr<bool> AffectedHeard(const CaseView& view) {
  for (const WorkRow* row : view.All(WorkKind::kStatement)) {
    ASSIGN_OR_RETURN(const v1::Statement statement, BodyOf<v1::Statement>(*row));
    if (statement.role() == v1::STATEMENT_ROLE_AFFECTED ||
        statement.role() == v1::STATEMENT_ROLE_REPORTER) {
      return true;
    }
  }
  return false;
}

absl::StatusOr<bool> EvidenceFixed(const CaseView& view) {
  for (const WorkRow* row : view.All(WorkKind::kFinding)) {
    ASSIGN_OR_RETURN(const v1::Finding finding, BodyOf<v1::Finding>(*row));
    for (const v1::FindingSource& source : finding.sources()) {
      if (!source.sha256().empty()) return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<HearingFacts> HearingFactsOf(const CaseView& view) {
  HearingFacts facts;
  facts.policy = view.policy.hearing();
  facts.accused = AccusedOf(view.file.row.access);
  facts.identified = AreAccusedKnown(view.file.row.access);
  facts.now = view.now;
  for (const WorkRow* row : view.All(WorkKind::kHearing)) {
    ASSIGN_OR_RETURN(Hearing hearing, BodyOf<Hearing>(*row));
    facts.hearings.push_back(Shown(view.file.row, *row, std::move(hearing)));
  }
  ASSIGN_OR_RETURN(facts.affected_heard, AffectedHeard(view));
  ASSIGN_OR_RETURN(facts.evidence_fixed, EvidenceFixed(view));
  facts.risk_assessed = !view.All(WorkKind::kDetrimentRisk).empty();
  for (const WorkRow* row : view.All(WorkKind::kConclusion)) {
    ASSIGN_OR_RETURN(const v1::FactConclusion conclusion, BodyOf<v1::FactConclusion>(*row));
    if (conclusion.has_void_time()) continue;
    facts.conclude_time = time::FromTimestamp(conclusion.conclude_time());
  }
  return facts;
}

template <typename Request>
Hearings::HearingOr Hearings::Do(const CallContext& call, const Request& request, WorkVerb verb,
                                 Step step) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const WorkName name, ParseWorkName(kHearings, request.name()));
  return casework_.Do<Hearing>(
      call, request, name.case_id, authz::Action::kWork, [&](Work& work) -> HearingOr {
        ASSIGN_OR_RETURN(const WorkRow* before,
                         work.view().Find(WorkKind::kHearing, name.record_id));
        if (!request.etag().empty() && request.etag() != EtagOf(*before)) {
          return status::EtagMismatch();
        }
        RETURN_IF_ERROR(work.NeedState(verb));
        ASSIGN_OR_RETURN(Hearing hearing, BodyOf<Hearing>(*before));
        RETURN_IF_ERROR(step(work, hearing));
        const WorkRow row = work.Put(*before, hearing);
        return Shown(work.row(), row, std::move(hearing));
      });
}

Hearings::HearingOr Hearings::Notify(const CallContext& call,
                                     const v1::NotifyAccusedRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<Hearing>(
      call, request, case_id, authz::Action::kWork, [&](Work& work) -> HearingOr {
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kInquire));
        ASSIGN_OR_RETURN(const HearingFacts facts, HearingFactsOf(work.view()));
        RETURN_IF_ERROR(CheckNotify(request, authz::RolesOf(call.roles), facts));
        Hearing hearing;
        hearing.set_person(request.person());
        hearing.set_state(v1::HEARING_STATE_NOTIFIED);
        *hearing.mutable_notice() = request.notice();
        hearing.mutable_notice()->set_sender(call.person);
        // One who was not to be heard and is after all: why stays on file.
        for (const WorkRow* before : work.view().All(WorkKind::kHearing)) {
          ASSIGN_OR_RETURN(const Hearing waived, BodyOf<Hearing>(*before));
          if (waived.person() != request.person()) continue;
          hearing.set_waive_reason(waived.waive_reason());
          hearing.set_waiver(waived.waiver());
          const WorkRow row = work.Put(*before, hearing);
          return Shown(work.row(), row, std::move(hearing));
        }
        const WorkRow row = work.Add(WorkKind::kHearing, hearing);
        return Shown(work.row(), row, std::move(hearing));
      });
}

Hearings::HearingOr Hearings::RecordStatement(const CallContext& call,
                                              const v1::RecordAccusedStatementRequest& request) {
  return Do(call, request, WorkVerb::kInquire, [&](Work& work, Hearing& hearing) -> absl::Status {
    ASSIGN_OR_RETURN(const HearingFacts facts, HearingFactsOf(work.view()));
    RETURN_IF_ERROR(CheckStatement(hearing, request.words(), facts));
    *hearing.add_statements() = Recorded(request.words(), work);
    hearing.set_state(v1::HEARING_STATE_ANSWERED);
    return absl::OkStatus();
  });
}

Hearings::HearingOr Hearings::RecordObjection(const CallContext& call,
                                              const v1::RecordObjectionRequest& request) {
  return Do(call, request, WorkVerb::kReview, [&](Work& work, Hearing& hearing) -> absl::Status {
    ASSIGN_OR_RETURN(const HearingFacts facts, HearingFactsOf(work.view()));
    RETURN_IF_ERROR(CheckObjection(hearing, request.words(), facts));
    *hearing.add_objections()->mutable_words() = Recorded(request.words(), work);
    return absl::OkStatus();
  });
}

Hearings::HearingOr Hearings::DecideObjection(const CallContext& call,
                                              const v1::DecideObjectionRequest& request) {
  return Do(call, request, WorkVerb::kReview, [&](Work& work, Hearing& hearing) -> absl::Status {
    RETURN_IF_ERROR(CheckDecide(hearing, call.person));
    v1::HearingObjection& last = *hearing.mutable_objections()->rbegin();
    last.set_upheld(request.upheld());
    last.set_decision(request.decision());
    last.set_decider(call.person);
    *last.mutable_decide_time() = time::ToTimestamp(work.now());
    return absl::OkStatus();
  });
}

Hearings::HearingOr Hearings::Waive(const CallContext& call,
                                    const v1::WaiveHearingRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<Hearing>(
      call, request, case_id, authz::Action::kWork, [&](Work& work) -> HearingOr {
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kInquire));
        ASSIGN_OR_RETURN(const HearingFacts facts, HearingFactsOf(work.view()));
        RETURN_IF_ERROR(CheckWaive(request, facts));
        Hearing hearing;
        hearing.set_person(request.person());
        hearing.set_state(v1::HEARING_STATE_WAIVED);
        hearing.set_waive_reason(request.reason());
        hearing.set_waiver(call.person);
        const WorkRow row = work.Add(WorkKind::kHearing, hearing);
        return Shown(work.row(), row, std::move(hearing));
      });
}

absl::StatusOr<v1::ListHearingsResponse> Hearings::List(const CallContext& call,
                                                        const v1::ListHearingsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Read<v1::ListHearingsResponse>(
      call, case_id, [](const CaseView& view) -> absl::StatusOr<v1::ListHearingsResponse> {
        ASSIGN_OR_RETURN(HearingFacts facts, HearingFactsOf(view));
        v1::ListHearingsResponse response;
        for (Hearing& one : facts.hearings) *response.add_hearings() = std::move(one);
        return response;
      });
}

}  // namespace mamori::triage
