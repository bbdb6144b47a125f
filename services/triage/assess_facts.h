// The facts of a report that rules ask for. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_ASSESS_FACTS_H_
#define MAMORI_SERVICES_TRIAGE_ASSESS_FACTS_H_

#include <set>
#include <vector>

#include "mamori/v1/assessment.pb.h"
#include "mamori/v1/policy.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::triage {

// True when all that the gate asks for holds in the report. A report that names no actor counts as
// one whose actor is unknown; an internal report then as one whose actor is someone inside.
bool FactsHold(const mamori::v1::FactGate& gate, const mamori::v1::Report& report);

// True when some actor of the report stands on that side.
bool HasSide(mamori::v1::ActorSide side, const mamori::v1::Report& report);

// The facts as signals, in a fixed order.
std::vector<mamori::v1::Signal> SignalsOf(const mamori::v1::Report& report);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ASSESS_FACTS_H_
