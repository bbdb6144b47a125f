// Who decides about a report: whose it is, and nobody for that person.
#ifndef MAMORI_SERVICES_INTAKE_DECIDING_H_
#define MAMORI_SERVICES_INTAKE_DECIDING_H_

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/v1/event.pb.h"
#include "services/intake/dialogue_parties.h"
#include "services/intake/message_store.h"
#include "services/intake/reporter_store.h"

namespace mamori::intake {

// What the party does with the own report, for the audit: told as closely as the report is.
// PERMISSION_DENIED (ROLE_NOT_ALLOWED) for who reported for somebody else: one who speaks, but does
// not decide. NOT_FOUND.
absl::StatusOr<ReporterAct> DecidingAct(MessageStore& messages, const time::Clock& clock,
                                        const server::CallContext& call, const Party& party);

// An event that tells of it, without its fact and sequence.
mamori::v1::Event EventOf(const ReporterAct& act, id::IdSource& ids);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_DECIDING_H_
