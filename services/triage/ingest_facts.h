// What the events of the other services say, read for triage's tables. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_INGEST_FACTS_H_
#define MAMORI_SERVICES_TRIAGE_INGEST_FACTS_H_

#include <string>
#include <vector>

#include "mamori/v1/assessment.pb.h"
#include "mamori/v1/event.pb.h"
#include "mamori/v1/report.pb.h"
#include "services/triage/ingest_store.h"

namespace mamori::triage {

// Whether something has to be read before the event can be applied.
bool HasMaterial(const mamori::v1::Event& event);
// Whether the case of the event's report only tells it on.
bool IsTold(const mamori::v1::Event& event);

// The report as the contact log knows it: contacts that were recorded count, also beyond what the
// reporter could tell.
mamori::v1::Report Counted(mamori::v1::Report report, const ContactCount& count);

std::vector<std::string> CategoriesOf(const mamori::v1::Assessment& assessment);

// Of an event about a delivery or a notification.
DeliveryRow OutcomeOf(const mamori::v1::Event& event);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_INGEST_FACTS_H_
