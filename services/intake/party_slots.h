// Room for streams, apart for who comes by a receipt and who by a token: neither takes the other's.
#ifndef MAMORI_SERVICES_INTAKE_PARTY_SLOTS_H_
#define MAMORI_SERVICES_INTAKE_PARTY_SLOTS_H_

#include <memory>
#include <string>

#include "common/server/stream_slots.h"
#include "common/time/clock.h"
#include "services/intake/dialogue_parties.h"

namespace mamori::intake {

class PartySlots {
 public:
  PartySlots(const time::Clock& clock, server::StreamSlots::Options by_receipt,
             server::StreamSlots::Options by_token)
      : by_receipt_(clock, by_receipt), by_token_(clock, by_token) {}

  // As StreamSlots says. A receipt is its report's, also after it was rotated; a person is one,
  // whichever reports.
  absl::StatusOr<std::shared_ptr<server::StreamSlots::Place>> Enter(const Party& party,
                                                                    const std::string& resource) {
    return party.by_receipt() ? by_receipt_.Enter(party.report_id, resource)
                              : by_token_.Enter(party.tenant + " " + party.person, resource);
  }

 private:
  server::StreamSlots by_receipt_;
  server::StreamSlots by_token_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_PARTY_SLOTS_H_
