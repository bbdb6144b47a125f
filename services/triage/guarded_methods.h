// The full names of the methods about acts of two persons.
#ifndef MAMORI_SERVICES_TRIAGE_GUARDED_METHODS_H_
#define MAMORI_SERVICES_TRIAGE_GUARDED_METHODS_H_

#include <string>
#include <vector>

namespace mamori::triage {

inline constexpr char kRequestAct[] = "/mamori.triage.v1.TwoPersonService/RequestAct";
inline constexpr char kApproveAct[] = "/mamori.triage.v1.TwoPersonService/ApproveAct";
inline constexpr char kWithdrawAct[] = "/mamori.triage.v1.TwoPersonService/WithdrawAct";
inline constexpr char kGetAct[] = "/mamori.triage.v1.TwoPersonService/GetAct";
inline constexpr char kListActs[] = "/mamori.triage.v1.TwoPersonService/ListActs";
inline constexpr char kRemoveExclusion[] = "/mamori.triage.v1.TwoPersonService/RemoveExclusion";
inline constexpr char kUseIdentityAct[] = "/mamori.triage.v1.TwoPersonService/UseIdentityAct";
inline constexpr char kPlaceHold[] = "/mamori.triage.v1.HoldService/PlaceHold";
inline constexpr char kListHolds[] = "/mamori.triage.v1.HoldService/ListHolds";
inline constexpr char kReleaseHold[] = "/mamori.triage.v1.HoldService/ReleaseHold";
inline constexpr char kDryRunRetention[] = "/mamori.triage.v1.RetentionService/DryRunRetention";
inline constexpr char kDisposeCase[] = "/mamori.triage.v1.RetentionService/DisposeCase";
inline constexpr char kDisposeRecord[] = "/mamori.triage.v1.RetentionService/DisposeRecord";
inline constexpr char kGetDisposition[] = "/mamori.triage.v1.RetentionService/GetDisposition";
inline constexpr char kExportEvidenceBundle[] =
    "/mamori.triage.v1.BundleService/ExportEvidenceBundle";
inline constexpr char kTrainOpinion[] = "/mamori.triage.v1.OpinionService/TrainOpinion";
inline constexpr char kGetOpinion[] = "/mamori.triage.v1.OpinionService/GetOpinion";

// Behind `methods`, which are the others of the binary.
inline std::vector<std::string> WithGuarded(std::vector<std::string> methods) {
  methods.insert(
      methods.end(),
      {kRequestAct, kApproveAct, kWithdrawAct, kGetAct, kListActs, kRemoveExclusion,
       kUseIdentityAct, kPlaceHold, kListHolds, kReleaseHold, kDryRunRetention, kDisposeCase,
       kDisposeRecord, kGetDisposition, kTrainOpinion, kGetOpinion, kExportEvidenceBundle});
  return methods;
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_GUARDED_METHODS_H_
