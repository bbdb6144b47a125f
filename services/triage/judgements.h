// What people judge cases to be.
#ifndef MAMORI_SERVICES_TRIAGE_JUDGEMENTS_H_
#define MAMORI_SERVICES_TRIAGE_JUDGEMENTS_H_

#include "absl/status/statusor.h"
#include "mamori/triage/v1/judgement_service.pb.h"
#include "services/triage/casework.h"

namespace mamori::triage {

class Judgements {
 public:
  explicit Judgements(Casework& casework) : casework_(casework) {}

  absl::StatusOr<v1::Judgement> Judge(const server::CallContext& call,
                                      const v1::JudgeCaseRequest& request);
  absl::StatusOr<v1::Judgement> Get(const server::CallContext& call,
                                    const v1::GetJudgementRequest& request);

 private:
  Casework& casework_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_JUDGEMENTS_H_
