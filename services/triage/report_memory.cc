#include "services/triage/report_memory.h"

#include <set>
#include <utility>

#include "services/triage/actor_name_rules.h"
#include "services/triage/text_grams.h"
#include "services/triage/text_sketch.h"

namespace mamori::triage {

std::vector<ActorKey> KeysOf(const MemoryKeys& keys, std::string_view tenant,
                             const mamori::v1::AllegedActor& actor, int index) {
  std::vector<ActorKey> found;
  for (const auto& [kind, name] :
       {std::pair(v1::ACTOR_KIND_PERSON, &actor.person()),
        std::pair(v1::ACTOR_KIND_ORGANISATION, &actor.organisation()),
        std::pair(v1::ACTOR_KIND_ONLINE_HANDLE, &actor.online_handle())}) {
    id::Id id = keys.Actor(tenant, kind, NormaliseName(kind, *name));
    if (!id.empty()) found.push_back({.actor = std::move(id), .kind = kind, .index = index});
  }
  return found;
}

ReportMemory Remember(const MemoryKeys& keys, std::string_view tenant,
                      const mamori::v1::Report& report) {
  ReportMemory memory;
  std::set<id::Id> seen;
  for (int i = 0; i < report.actors_size(); ++i) {
    for (ActorKey& key : KeysOf(keys, tenant, report.actors(i), i)) {
      if (seen.insert(key.actor).second) memory.actors.push_back(std::move(key));
    }
  }
  if (MayBeCompared(report)) {
    memory.sketch = ToBytes(SketchOf(GramsOf(report.narrative()), keys.GramHash(tenant)));
  }
  return memory;
}

}  // namespace mamori::triage
