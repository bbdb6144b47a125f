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

inline constexpr char kListContactSignals[] =
    "/mamori.triage.v1.ContactSignalService/ListContactSignals";
inline constexpr char kListCaseProposals[] =
    "/mamori.triage.v1.ContactSignalService/ListCaseProposals";
inline constexpr char kAcceptCaseProposal[] =
    "/mamori.triage.v1.ContactSignalService/AcceptCaseProposal";
inline constexpr char kDismissCaseProposal[] =
    "/mamori.triage.v1.ContactSignalService/DismissCaseProposal";
inline constexpr char kListUnseenSignals[] =
    "/mamori.triage.v1.ContactSignalService/ListUnseenSignals";

inline constexpr char kListSimilarReports[] =
    "/mamori.triage.v1.SimilarityService/ListSimilarReports";

inline std::vector<std::string> MemoryMethods() {
  return {kListActors,          kListActorCandidates, kJoinActors,        kSplitActors,
          kListUnseenLinks,     kListContactSignals,  kListCaseProposals, kAcceptCaseProposal,
          kDismissCaseProposal, kListUnseenSignals,   kListSimilarReports};
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_MEMORY_METHODS_H_
