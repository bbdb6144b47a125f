// Trains the model for the second opinion from what people have confirmed.
#ifndef MAMORI_SERVICES_TRIAGE_OPINION_TRAINING_H_
#define MAMORI_SERVICES_TRIAGE_OPINION_TRAINING_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/server/caller.h"
#include "mamori/triage/v1/opinion_service.pb.h"
#include "services/triage/assessors.h"
#include "services/triage/opinion_store.h"
#include "services/triage/opinion_trainer.h"
#include "services/triage/opinions.h"
#include "services/triage/report_source.h"
#include "services/triage/work_store.h"

namespace mamori::triage {

class OpinionTraining {
 public:
  struct Dependencies {
    OpinionStore& store;
    WorkStore& work;
    ReportSource& reports;
    Assessors& assessors;
    Opinions& opinions;
    const time::Clock& clock;
    // Labelled reports that nothing is trained from; empty: no model is trained here.
    const std::vector<std::string> held_out_files;
  };
  explicit OpinionTraining(Dependencies dependencies) : d_(std::move(dependencies)) {}

  absl::StatusOr<v1::Opinion> Train(const server::CallContext& call,
                                    const v1::TrainOpinionRequest& request);
  absl::StatusOr<v1::Opinion> Get(const server::CallContext& call,
                                  const v1::GetOpinionRequest& request);

 private:
  using Examples = std::vector<OpinionExample>;
  // What the case teaches; nullopt for one that may not be used. What is sealed is opened here, in
  // memory, and gone when this returns.
  absl::StatusOr<std::optional<OpinionExample>> ExampleOf(const server::CallContext& call,
                                                          const Assessor& assessor,
                                                          const id::Id& case_id);
  absl::StatusOr<Examples> GatherExamples(const server::CallContext& call,
                                          const Assessor& assessor);
  absl::StatusOr<mamori::v1::OpinionModel> TrainFromCases(const server::CallContext& call,
                                                          const Assessor& assessor);

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_OPINION_TRAINING_H_
