// The full names of the service's methods, as authorization and metrics know them.
#ifndef MAMORI_SERVICES_TRIAGE_METHODS_H_
#define MAMORI_SERVICES_TRIAGE_METHODS_H_

#include <string>
#include <utility>
#include <vector>

#include "services/triage/clock_methods.h"
#include "services/triage/memory_methods.h"

namespace mamori::triage {

inline constexpr char kIngestEvents[] = "/mamori.triage.v1.TriageService/IngestEvents";
inline constexpr char kAnalyzeReport[] = "/mamori.triage.v1.TriageService/AnalyzeReport";
inline constexpr char kGetCase[] = "/mamori.triage.v1.TriageService/GetCase";
inline constexpr char kListCases[] = "/mamori.triage.v1.TriageService/ListCases";
inline constexpr char kClaimCase[] = "/mamori.triage.v1.TriageService/ClaimCase";
inline constexpr char kAssignCase[] = "/mamori.triage.v1.TriageService/AssignCase";
inline constexpr char kTriageCase[] = "/mamori.triage.v1.TriageService/TriageCase";
inline constexpr char kStartInvestigation[] = "/mamori.triage.v1.TriageService/StartInvestigation";
inline constexpr char kStartDecision[] = "/mamori.triage.v1.TriageService/StartDecision";
inline constexpr char kStartAction[] = "/mamori.triage.v1.TriageService/StartAction";
inline constexpr char kStartMonitoring[] = "/mamori.triage.v1.TriageService/StartMonitoring";
inline constexpr char kCloseCase[] = "/mamori.triage.v1.TriageService/CloseCase";
inline constexpr char kReopenCase[] = "/mamori.triage.v1.TriageService/ReopenCase";
inline constexpr char kWithdrawCase[] = "/mamori.triage.v1.TriageService/WithdrawCase";
inline constexpr char kOpenConsultation[] = "/mamori.triage.v1.TriageService/OpenConsultation";
inline constexpr char kAddNote[] = "/mamori.triage.v1.TriageService/AddNote";
inline constexpr char kMergeCases[] = "/mamori.triage.v1.TriageService/MergeCases";
inline constexpr char kWatchCases[] = "/mamori.triage.v1.TriageService/WatchCases";
inline constexpr char kGetAccess[] = "/mamori.triage.v1.TriageService/GetAccess";
inline constexpr char kExcludePerson[] = "/mamori.triage.v1.TriageService/ExcludePerson";
inline constexpr char kAddMember[] = "/mamori.triage.v1.TriageService/AddMember";
inline constexpr char kRemoveMember[] = "/mamori.triage.v1.TriageService/RemoveMember";
inline constexpr char kMatchActor[] = "/mamori.triage.v1.TriageService/MatchActor";
inline constexpr char kCheckAccess[] = "/mamori.triage.v1.TriageService/CheckAccess";

inline std::vector<std::string> Methods() {
  std::vector<std::string> methods = {
      kAnalyzeReport, kIngestEvents, kGetCase,          kListCases,
      kClaimCase,     kAssignCase,   kTriageCase,       kStartInvestigation,
      kStartDecision, kStartAction,  kStartMonitoring,  kCloseCase,
      kReopenCase,    kWithdrawCase, kOpenConsultation, kAddNote,
      kMergeCases,    kWatchCases,   kGetAccess,        kExcludePerson,
      kAddMember,     kRemoveMember, kMatchActor,       kCheckAccess};
  for (std::string& method : ClockMethods()) methods.push_back(std::move(method));
  for (std::string& method : MemoryMethods()) methods.push_back(std::move(method));
  return methods;
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_METHODS_H_
