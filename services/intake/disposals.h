// Takes triage's word that cases were disposed of.
#ifndef MAMORI_SERVICES_INTAKE_DISPOSALS_H_
#define MAMORI_SERVICES_INTAKE_DISPOSALS_H_

#include "absl/status/statusor.h"
#include "common/server/caller.h"
#include "mamori/intake/v1/intake_event_service.pb.h"
#include "services/intake/disposal_store.h"

namespace mamori::intake {

class Disposals {
 public:
  explicit Disposals(DisposalStore& store) : store_(store) {}

  absl::StatusOr<v1::IngestEventsResponse> Ingest(const server::CallContext& call,
                                                  const v1::IngestEventsRequest& request);

 private:
  DisposalStore& store_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_DISPOSALS_H_
