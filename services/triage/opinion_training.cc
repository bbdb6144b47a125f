#include "services/triage/opinion_training.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/policy/check_opinion.h"
#include "common/server/step_up.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/call_key.h"
#include "services/triage/casework.h"
#include "services/triage/guarded_request_rules.h"
#include "services/triage/opinion_case_rules.h"
#include "services/triage/opinion_gate.h"

namespace mamori::triage {

using mamori::v1::OpinionModel;
using server::CallContext;

namespace {

constexpr int kCasesAtOnce = 100;
// The newest are not preferred: ids are random, so this is a fair draw of more.
constexpr size_t kMaxCases = 5000;

absl::Status SkippedCase() { return status::NotFound("case"); }

absl::Status TooFewCases(size_t cases, long harassment) {
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       mamori::v1::ERROR_REASON_TOO_FEW_CASES,
                       "fewer confirmed cases than a model is trained from",
                       {{"cases", absl::StrCat(cases)}, {"harassment", absl::StrCat(harassment)}});
}

absl::Status BelowFloors(const mamori::v1::OpinionFigures& figures) {
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       mamori::v1::ERROR_REASON_OPINION_BELOW_FLOORS,
                       "the model reaches less on the held-out reports than the policy asks for",
                       {{"missed", absl::StrCat(figures.missed())},
                        {"benign_flagged", absl::StrCat(figures.benign_flagged())},
                        {"right", absl::StrCat(figures.right())}});
}

std::optional<bool> ConfirmedIn(const CaseFile& file) {
  for (const WorkRow& row : file.work) {
    if (row.kind != WorkKind::kJudgement) continue;
    v1::Judgement judgement;
    if (!judgement.ParseFromString(row.body)) return std::nullopt;
    return ConfirmedAs(judgement.verdict());
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::optional<OpinionExample>> OpinionTraining::ExampleOf(const CallContext& call,
                                                                         const Assessor& assessor,
                                                                         const id::Id& case_id) {
  const absl::StatusOr<CaseFile> file = d_.work.Read(
      call.tenant, case_id,
      [](const CaseRow& row) {
        return MayTrainFrom(row.state, row.anonymous) ? absl::OkStatus() : SkippedCase();
      },
      call.deadline);
  if (absl::IsNotFound(file.status())) return std::nullopt;
  RETURN_IF_ERROR(file.status());
  const std::optional<bool> confirmed = ConfirmedIn(*file);
  if (!confirmed.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(const auto reports, d_.reports.Read(call.tenant, file->reports, call.deadline));
  OpinionExample example{.harassment = *confirmed};
  bool read = false;
  for (const auto& [report_id, report] : reports) {
    if (!MayTrainFrom(report)) continue;
    read = true;
    for (std::string& feature : FeaturesOf(assessor.policy(), assessor.InputOf(report))) {
      example.features.insert(std::move(feature));
    }
  }
  if (!read) return std::nullopt;
  return example;
}

absl::StatusOr<OpinionTraining::Examples> OpinionTraining::GatherExamples(
    const CallContext& call, const Assessor& assessor) {
  Examples examples;
  id::Id after(16, '\0');
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<id::Id> cases,
                     d_.store.ListJudged(call.tenant, after, kCasesAtOnce, call.deadline));
    for (const id::Id& case_id : cases) {
      ASSIGN_OR_RETURN(std::optional<OpinionExample> one, ExampleOf(call, assessor, case_id));
      if (one.has_value()) examples.push_back(*std::move(one));
      if (examples.size() == kMaxCases) return examples;
    }
    if (cases.size() < kCasesAtOnce) return examples;
    after = cases.back();
  }
}

absl::StatusOr<OpinionModel> OpinionTraining::TrainFromCases(const CallContext& call,
                                                             const Assessor& assessor) {
  ASSIGN_OR_RETURN(const auto held_out, ReadSamples(d_.held_out_files));
  ASSIGN_OR_RETURN(const Examples examples, GatherExamples(call, assessor));
  const long harassment = std::count_if(examples.begin(), examples.end(),
                                        [](const auto& one) { return one.harassment; });
  const long none = static_cast<long>(examples.size()) - harassment;
  if (examples.size() < kMinCases || std::min(harassment, none) < kMinCasesOfAKind) {
    return TooFewCases(examples.size(), harassment);
  }
  ASSIGN_OR_RETURN(OpinionModel model, TrainModel(examples));
  *model.mutable_figures() = MeasureModel(assessor, model, held_out);
  if (!Reaches(model.figures(), assessor.policy().opinion().floors())) {
    return BelowFloors(model.figures());
  }
  // Features come from the policy alone; this says so once more before anything is stored.
  if (!policy::CheckModel(assessor.policy(), model).empty()) {
    return absl::InternalError("a model has a feature that is not of its policy");
  }
  return model;
}

absl::StatusOr<v1::Opinion> OpinionTraining::Train(const CallContext& call,
                                                   const v1::TrainOpinionRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  RETURN_IF_ERROR(CheckOpinionRole(call));
  ASSIGN_OR_RETURN(const id::Id act_id, id::FromName("acts", request.act()));
  RETURN_IF_ERROR(server::RequireStepUp(call, d_.clock.Now()));
  ASSIGN_OR_RETURN(const auto assessor, d_.assessors.Current());
  if (request.name() != PolicyName(assessor->digest())) return status::NotFound("policy");
  if (d_.held_out_files.empty() || assessor->policy().opinion().terms().empty()) {
    return status::StateNotAllowed("no model is trained here");
  }
  auto trained = d_.store.Add(KeyOf(call, request), {WhoOf(call), server::ActionOf(call)},
                              call.tenant, assessor->digest(), act_id, call.person,
                              [&] { return TrainFromCases(call, *assessor); });
  d_.opinions.Forget(call.tenant);
  return trained;
}

absl::StatusOr<v1::Opinion> OpinionTraining::Get(const CallContext& call,
                                                 const v1::GetOpinionRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  RETURN_IF_ERROR(CheckOpinionRole(call));
  ASSIGN_OR_RETURN(const auto assessor, d_.assessors.Current());
  std::optional<OpinionRow> row;
  if (request.version().empty()) {
    ASSIGN_OR_RETURN(row, d_.store.Newest(call.tenant, assessor->digest(), call.deadline));
  } else if (request.version() != assessor->digest()) {
    ASSIGN_OR_RETURN(row, d_.store.Get(call.tenant, request.version(), call.deadline));
  }
  if (row.has_value()) return ToProto(*row);
  v1::Opinion own;
  own.set_version(assessor->digest());
  own.set_policy(PolicyName(assessor->digest()));
  *own.mutable_model() = assessor->policy().opinion().model();
  return own;
}

}  // namespace mamori::triage
