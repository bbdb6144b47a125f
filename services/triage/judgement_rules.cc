#include "services/triage/judgement_rules.h"

#include <string>

#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using status::Violations;

constexpr int kMaxCategories = 20;
constexpr size_t kMaxIdBytes = 64;

// A rating without its reason is none.
void CheckReasons(Violations& violations, const v1::Judgement& judgement) {
  if (!v1::DemandValidity_IsValid(judgement.demand())) {
    violations.Add("judgement.demand", "is no rating");
  }
  if (!v1::MeansAcceptability_IsValid(judgement.means())) {
    violations.Add("judgement.means", "is no rating");
  }
  if (!v1::AccommodationRequest_IsValid(judgement.accommodation())) {
    violations.Add("judgement.accommodation", "is no answer");
  }
  CheckSize(violations, "judgement.demand_reason", judgement.demand_reason(),
            judgement.demand() != 0, kMaxWords);
  CheckSize(violations, "judgement.means_reason", judgement.means_reason(), judgement.means() != 0,
            kMaxWords);
  CheckSize(violations, "judgement.complaint_answer", judgement.complaint_answer(), 0, kMaxWords);
  CheckSize(violations, "judgement.accommodation_answer", judgement.accommodation_answer(), 0,
            kMaxWords);
}

void CheckAxes(Violations& violations, const v1::Judgement& judgement) {
  const bool demand = judgement.demand() != v1::DEMAND_VALIDITY_UNSPECIFIED;
  const bool means = judgement.means() != v1::MEANS_ACCEPTABILITY_UNSPECIFIED;
  if (!demand) violations.Add("judgement.demand", "harassment needs both axes rated");
  if (!means) violations.Add("judgement.means", "harassment needs both axes rated");
  if (demand && means && !BearHarassment(judgement.demand(), judgement.means())) {
    violations.Add("judgement.verdict", "acceptable means for a demand that has some validity");
  }
}

void CheckGuards(Violations& violations, const v1::Judgement& judgement) {
  if (judgement.complaint_answer().empty()) {
    violations.Add("judgement.complaint_answer", "say why it is more than a legitimate complaint");
  }
  switch (judgement.accommodation()) {
    case v1::ACCOMMODATION_REQUEST_NONE:
      return;
    case v1::ACCOMMODATION_REQUEST_MADE:
      if (judgement.accommodation_answer().empty()) {
        violations.Add("judgement.accommodation_answer", "say what goes beyond the request");
      }
      if (judgement.means() != v1::MEANS_ACCEPTABILITY_UNACCEPTABLE) {
        violations.Add("judgement.means",
                       "a request for reasonable accommodation is no harassment unless the means "
                       "are unacceptable whatever is asked for");
      }
      return;
    default:
      violations.Add("judgement.accommodation", "say whether accommodation is asked for");
  }
}

}  // namespace

bool BearHarassment(v1::DemandValidity demand, v1::MeansAcceptability means) {
  switch (means) {
    case v1::MEANS_ACCEPTABILITY_EXCESSIVE:
    case v1::MEANS_ACCEPTABILITY_UNACCEPTABLE:
      return demand != v1::DEMAND_VALIDITY_UNSPECIFIED;
    case v1::MEANS_ACCEPTABILITY_ACCEPTABLE:
      return demand == v1::DEMAND_VALIDITY_NOT;
    default:
      return false;
  }
}

absl::Status Validate(const v1::JudgeCaseRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  const v1::Judgement& judgement = request.judgement();
  const bool harassment = judgement.verdict() == v1::VERDICT_HARASSMENT;
  CheckEnum(violations, "judgement.verdict", judgement.verdict(), v1::Verdict_IsValid);
  CheckReasons(violations, judgement);
  CheckCount(violations, "judgement.categories", judgement.categories_size(), harassment,
             harassment ? kMaxCategories : 0);
  for (int i = 0; i < std::min(judgement.categories_size(), kMaxCategories); ++i) {
    CheckSize(violations, absl::StrCat("judgement.categories[", i, "]"), judgement.categories(i), 1,
              kMaxIdBytes);
  }
  if (harassment) {
    CheckAxes(violations, judgement);
    CheckGuards(violations, judgement);
  }
  if (judgement.verdict() == v1::VERDICT_LEGITIMATE_COMPLAINT &&
      judgement.means() == v1::MEANS_ACCEPTABILITY_UNACCEPTABLE) {
    violations.Add("judgement.verdict", "unacceptable means are no part of a legitimate complaint");
  }
  return violations.Status();
}

absl::Status Validate(const v1::GetJudgementRequest& request) {
  Violations violations;
  CheckWorkName(violations, "", request.name());
  return violations.Status();
}

}  // namespace mamori::triage
