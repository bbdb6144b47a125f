// Which cases a model may be trained from. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_OPINION_CASE_RULES_H_
#define MAMORI_SERVICES_TRIAGE_OPINION_CASE_RULES_H_

#include <optional>

#include "mamori/triage/v1/judgement_service.pb.h"
#include "mamori/v1/case.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::triage {

// Fewer confirmed cases, or fewer of either kind, teach nothing and hide nobody.
inline constexpr int kMinCases = 40;
inline constexpr int kMinCasesOfAKind = 10;

// Never anonymous, withdrawn, consulting, merged or disposed ones. Decided before anything of the
// case is opened.
bool MayTrainFrom(mamori::v1::CaseState state, bool anonymous);
// What people have confirmed: harassment or not; nullopt when they could not tell.
std::optional<bool> ConfirmedAs(v1::Verdict verdict);
// Never a report that is anonymous or withdrawn, whatever case it is in.
bool MayTrainFrom(const mamori::v1::Report& report);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_OPINION_CASE_RULES_H_
