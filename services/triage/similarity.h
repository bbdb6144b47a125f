// Finds the reports that are like one, for a viewer.
#ifndef MAMORI_SERVICES_TRIAGE_SIMILARITY_H_
#define MAMORI_SERVICES_TRIAGE_SIMILARITY_H_

#include <map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/server/caller.h"
#include "common/text/tokenizer.h"
#include "mamori/triage/v1/similarity_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/access_store.h"
#include "services/triage/actor_store.h"
#include "services/triage/memory_keys.h"
#include "services/triage/report_source.h"
#include "services/triage/sketch_index.h"

namespace mamori::triage {

class Similarity {
 public:
  struct Dependencies {
    SketchIndex& index;
    SketchStore& sketches;
    ActorStore& actors;
    AccessStore& records;
    const AccessGate& gate;
    ReportSource& reports;
    const MemoryKeys& keys;
    text::LazyTokenizer& tokenizer;
  };
  explicit Similarity(Dependencies dependencies) : d_(dependencies) {}

  absl::StatusOr<v1::ListSimilarReportsResponse> List(const server::CallContext& call,
                                                      const v1::ListSimilarReportsRequest& request);

 private:
  struct Candidate {
    id::Id report_id;
    bool same_actor = false;
    SketchStore::Place place;
  };
  using Places = std::map<id::Id, SketchStore::Place>;
  // Those of `reports` that the viewer may read, with where they are.
  absl::StatusOr<Places> Look(const server::CallContext& call, std::vector<id::Id> reports);
  // Reports that tell of an actor of `report`, without itself.
  absl::StatusOr<std::vector<id::Id>> OfSameActors(const server::CallContext& call,
                                                   const id::Id& report_id,
                                                   const mamori::v1::Report& report);
  // At most 50 that the viewer may read: by what they share, then by whom they tell of.
  absl::StatusOr<std::vector<Candidate>> Candidates(const server::CallContext& call,
                                                    const id::Id& report_id,
                                                    const mamori::v1::Report& report,
                                                    const std::vector<uint64_t>& grams);
  absl::StatusOr<v1::ListSimilarReportsResponse> Compare(const server::CallContext& call,
                                                         const mamori::v1::Report& report,
                                                         const std::vector<uint64_t>& grams,
                                                         const std::vector<Candidate>& candidates);

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SIMILARITY_H_
