// The full names of the methods of triage's memory: who acted, how often, and in which words.
#ifndef MAMORI_SERVICES_TRIAGE_MEMORY_METHODS_H_
#define MAMORI_SERVICES_TRIAGE_MEMORY_METHODS_H_

#include <string>
#include <vector>

namespace mamori::triage {

inline constexpr char kListActors[] = "/mamori.triage.v1.ActorService/ListActors";
inline constexpr char kListActorCandidates[] = "/mamori.triage.v1.ActorService/ListActorCandidates";
inline constexpr char kJoinActors[] = "/mamori.triage.v1.ActorService/JoinActors";
inline constexpr char kSplitActors[] = "/mamori.triage.v1.ActorService/SplitActors";
inline constexpr char kListUnseenLinks[] = "/mamori.triage.v1.ActorService/ListUnseenLinks";

inline std::vector<std::string> MemoryMethods() {
  return {kListActors, kListActorCandidates, kJoinActors, kSplitActors, kListUnseenLinks};
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_MEMORY_METHODS_H_
