// All that the second opinion's models need in a process, put together.
#ifndef MAMORI_SERVICES_TRIAGE_OPINION_PARTS_H_
#define MAMORI_SERVICES_TRIAGE_OPINION_PARTS_H_

#include <string>
#include <vector>

#include "mamori/config/v1/config.pb.h"
#include "services/triage/opinion_service.h"
#include "services/triage/opinion_training.h"
#include "services/triage/opinions.h"
#include "services/triage/sql_opinion_store.h"

namespace mamori::triage {

inline std::vector<std::string> HeldOutFiles(const config::v1::TriageConfig& config) {
  return {config.held_out_files().begin(), config.held_out_files().end()};
}

class OpinionParts {
 public:
  struct Dependencies {
    server::Rpc& rpc;
    db::Transactor& transactor;
    const time::Clock& clock;
    const AccessSeal& seal;
    const sealing::Sealer& sealer;
    const TimeMarks& marks;
    WorkStore& work;
    ReportSource& reports;
    Assessors& assessors;
    const std::vector<std::string> held_out_files;
  };
  explicit OpinionParts(const Dependencies& d)
      : store_(d.transactor, d.clock, d.seal, d.sealer, d.marks),
        opinions_(store_, d.clock),
        training_({store_, d.work, d.reports, d.assessors, opinions_, d.clock, d.held_out_files}),
        service_(d.rpc, training_) {}

  Opinions& opinions() { return opinions_; }
  grpc::Service* service() { return &service_; }

 private:
  SqlOpinionStore store_;
  Opinions opinions_;
  OpinionTraining training_;
  OpinionService service_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_OPINION_PARTS_H_
