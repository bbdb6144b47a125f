// Hands intake's events to triage.
#ifndef MAMORI_SERVICES_INTAKE_TRIAGE_PUBLISHER_H_
#define MAMORI_SERVICES_INTAKE_TRIAGE_PUBLISHER_H_

#include <memory>

#include "common/outbox/relay.h"
#include "mamori/triage/v1/triage_service.grpc.pb.h"

namespace mamori::intake {

outbox::Publisher MakeTriagePublisher(
    std::shared_ptr<triage::v1::TriageService::StubInterface> triage);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_TRIAGE_PUBLISHER_H_
