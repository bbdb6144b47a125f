// What is remembered of a report, so that others like it are found. Nothing of it can be read back.
#ifndef MAMORI_SERVICES_TRIAGE_REPORT_MEMORY_H_
#define MAMORI_SERVICES_TRIAGE_REPORT_MEMORY_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/id/id.h"
#include "mamori/v1/actor.pb.h"
#include "mamori/v1/report.pb.h"
#include "services/triage/memory_keys.h"

namespace mamori::triage {

// One name of one of a report's actors.
struct ActorKey {
  id::Id actor;
  v1::ActorKind kind = v1::ACTOR_KIND_UNSPECIFIED;
  int index = 0;  // in the report's order
};

// The names of an actor that tell who it is: none to three.
std::vector<ActorKey> KeysOf(const MemoryKeys& keys, std::string_view tenant,
                             const mamori::v1::AllegedActor& actor, int index);

struct ReportMemory {
  std::vector<ActorKey> actors;  // each name once
  std::string sketch;            // ToBytes; empty for what may not be compared, or is too short
};

// Not what comes from nobody: by its words it would be known who wrote it.
inline bool MayBeCompared(const mamori::v1::Report& report) { return report.has_reporter(); }

ReportMemory Remember(const MemoryKeys& keys, std::string_view tenant,
                      const mamori::v1::Report& report);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_REPORT_MEMORY_H_
