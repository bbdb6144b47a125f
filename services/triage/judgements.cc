#include "services/triage/judgements.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/hearings.h"
#include "services/triage/judgement_rules.h"

namespace mamori::triage {

using server::CallContext;
using v1::Judgement;

namespace {

Judgement Shown(const CaseRow& row, const WorkRow& work, Judgement judgement) {
  judgement.set_name(id::Name("cases", row.case_id));
  judgement.set_etag(EtagOf(work));
  return judgement;
}

absl::Status CheckCategories(const CaseView& view, const Judgement& judgement) {
  status::Violations violations;
  const auto& acts = view.policy.acts();
  for (int i = 0; i < judgement.categories_size(); ++i) {
    if (std::none_of(acts.begin(), acts.end(),
                     [&](const auto& act) { return act.id() == judgement.categories(i); })) {
      violations.Add(absl::StrCat("judgement.categories[", i, "]"),
                     "is no act of the case's policy");
    }
  }
  return violations.Status();
}

}  // namespace

absl::StatusOr<Judgement> Judgements::Judge(const CallContext& call,
                                            const v1::JudgeCaseRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<Judgement>(
      call, request, case_id, authz::Action::kWork, [&](Work& work) -> absl::StatusOr<Judgement> {
        const auto before = work.view().All(WorkKind::kJudgement);
        if (!request.etag().empty() &&
            (before.empty() || request.etag() != EtagOf(*before.front()))) {
          return status::EtagMismatch();
        }
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kJudge));
        RETURN_IF_ERROR(CheckCategories(work.view(), request.judgement()));
        if (request.judgement().verdict() == v1::VERDICT_HARASSMENT) {
          ASSIGN_OR_RETURN(const HearingFacts facts, HearingFactsOf(work.view()));
          RETURN_IF_ERROR(CheckHeard(facts));
        }
        Judgement judgement = request.judgement();
        judgement.clear_name();
        judgement.clear_etag();
        judgement.set_judge(call.person);
        *judgement.mutable_judge_time() = time::ToTimestamp(work.now());
        const WorkRow row = before.empty() ? work.Add(WorkKind::kJudgement, judgement)
                                           : work.Put(*before.front(), judgement);
        return Shown(work.row(), row, std::move(judgement));
      });
}

absl::StatusOr<Judgement> Judgements::Get(const CallContext& call,
                                          const v1::GetJudgementRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Read<Judgement>(
      call, case_id, [](const CaseView& view) -> absl::StatusOr<Judgement> {
        const auto rows = view.All(WorkKind::kJudgement);
        if (rows.empty()) return status::NotFound("judgement");
        ASSIGN_OR_RETURN(Judgement judgement, BodyOf<Judgement>(*rows.front()));
        return Shown(view.file.row, *rows.front(), std::move(judgement));
      });
}

}  // namespace mamori::triage
