// Where what reports say is erased when triage says that their case was disposed of.
#ifndef MAMORI_SERVICES_INTAKE_DISPOSAL_STORE_H_
#define MAMORI_SERVICES_INTAKE_DISPOSAL_STORE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "mamori/v1/event.pb.h"

namespace mamori::intake {

class DisposalStore {
 public:
  virtual ~DisposalStore() = default;

  // Erases for each event, once, the report that is its subject: body, list entry, supplements,
  // contacts, dialogue, receipt, and what is known of the reporter and was decided by them, with an
  // entry in the report's audit; and their data key, so that no backup tells them. A report that is
  // not there is settled. A status per event: ABORTED while events of the report have not left yet,
  // which still need it; EVENT_GAP, or the database's.
  virtual std::vector<absl::Status> Apply(absl::Span<const mamori::v1::Event* const> events,
                                          absl::Time deadline) = 0;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_DISPOSAL_STORE_H_
