// The full names of the service's methods, as authorization and metrics know them.
#ifndef MAMORI_SERVICES_INTAKE_METHODS_H_
#define MAMORI_SERVICES_INTAKE_METHODS_H_

#include <string>
#include <vector>

namespace mamori::intake {

inline constexpr char kSubmitReport[] = "/mamori.intake.v1.IntakeService/SubmitReport";
inline constexpr char kBatchSubmitReports[] = "/mamori.intake.v1.IntakeService/BatchSubmitReports";
inline constexpr char kGetReport[] = "/mamori.intake.v1.IntakeService/GetReport";
inline constexpr char kBatchGetReports[] = "/mamori.intake.v1.IntakeService/BatchGetReports";
inline constexpr char kListReports[] = "/mamori.intake.v1.IntakeService/ListReports";
inline constexpr char kSupplementReport[] = "/mamori.intake.v1.IntakeService/SupplementReport";
inline constexpr char kRecordContact[] = "/mamori.intake.v1.IntakeService/RecordContact";
inline constexpr char kListContacts[] = "/mamori.intake.v1.IntakeService/ListContacts";
inline constexpr char kSubmitAnonymousReport[] =
    "/mamori.intake.v1.ReporterService/SubmitAnonymousReport";
inline constexpr char kRotateReceipt[] = "/mamori.intake.v1.ReporterService/RotateReceipt";
inline constexpr char kGetSealingKey[] = "/mamori.intake.v1.ReporterService/GetSealingKey";
inline constexpr char kSetAnonymousSharing[] =
    "/mamori.intake.v1.ReporterService/SetAnonymousSharing";
inline constexpr char kWithdrawAnonymousReport[] =
    "/mamori.intake.v1.ReporterService/WithdrawAnonymousReport";
inline constexpr char kSubmitIdentifiedReport[] =
    "/mamori.intake.v1.ReporterService/SubmitIdentifiedReport";
inline constexpr char kSetSharing[] = "/mamori.intake.v1.ReporterService/SetSharing";
inline constexpr char kGetSharing[] = "/mamori.intake.v1.ReporterService/GetSharing";
inline constexpr char kWithdrawReport[] = "/mamori.intake.v1.ReporterService/WithdrawReport";
inline constexpr char kGiveAnonymousConsent[] =
    "/mamori.intake.v1.ReporterService/GiveAnonymousConsent";
inline constexpr char kWithdrawAnonymousConsent[] =
    "/mamori.intake.v1.ReporterService/WithdrawAnonymousConsent";
inline constexpr char kGiveConsent[] = "/mamori.intake.v1.ReporterService/GiveConsent";
inline constexpr char kWithdrawConsent[] = "/mamori.intake.v1.ReporterService/WithdrawConsent";
inline constexpr char kGetConsent[] = "/mamori.intake.v1.ReporterService/GetConsent";
inline constexpr char kUnsealIdentity[] = "/mamori.intake.v1.IdentityService/UnsealIdentity";
inline constexpr char kListReportReads[] = "/mamori.intake.v1.IdentityService/ListReportReads";
inline constexpr char kPostAnonymousMessage[] =
    "/mamori.intake.v1.DialogueService/PostAnonymousMessage";
inline constexpr char kListAnonymousMessages[] =
    "/mamori.intake.v1.DialogueService/ListAnonymousMessages";
inline constexpr char kMarkAnonymousMessagesRead[] =
    "/mamori.intake.v1.DialogueService/MarkAnonymousMessagesRead";
inline constexpr char kWaitForAnonymousMessages[] =
    "/mamori.intake.v1.DialogueService/WaitForAnonymousMessages";
inline constexpr char kPostMessage[] = "/mamori.intake.v1.DialogueService/PostMessage";
inline constexpr char kListMessages[] = "/mamori.intake.v1.DialogueService/ListMessages";
inline constexpr char kMarkMessagesRead[] = "/mamori.intake.v1.DialogueService/MarkMessagesRead";
inline constexpr char kWaitForMessages[] = "/mamori.intake.v1.DialogueService/WaitForMessages";
inline constexpr char kStartUpload[] = "/mamori.intake.v1.EvidenceService/StartUpload";
inline constexpr char kStartAnonymousUpload[] =
    "/mamori.intake.v1.EvidenceService/StartAnonymousUpload";
inline constexpr char kUploadEvidence[] = "/mamori.intake.v1.EvidenceService/UploadEvidence";
inline constexpr char kUploadAnonymousEvidence[] =
    "/mamori.intake.v1.EvidenceService/UploadAnonymousEvidence";
inline constexpr char kGetEvidence[] = "/mamori.intake.v1.EvidenceService/GetEvidence";
inline constexpr char kListEvidence[] = "/mamori.intake.v1.EvidenceService/ListEvidence";
inline constexpr char kDownloadEvidence[] = "/mamori.intake.v1.EvidenceService/DownloadEvidence";
inline constexpr char kDownloadOriginal[] = "/mamori.intake.v1.EvidenceService/DownloadOriginal";
inline constexpr char kListEvidenceAccess[] =
    "/mamori.intake.v1.EvidenceService/ListEvidenceAccess";
inline constexpr char kGetAnonymousEvidence[] =
    "/mamori.intake.v1.EvidenceService/GetAnonymousEvidence";
inline constexpr char kListAnonymousEvidence[] =
    "/mamori.intake.v1.EvidenceService/ListAnonymousEvidence";
inline constexpr char kSearchReports[] = "/mamori.intake.v1.SearchService/SearchReports";
inline constexpr char kGetAnonymousTimeline[] =
    "/mamori.intake.v1.TimelineService/GetAnonymousTimeline";
inline constexpr char kGetReportTimeline[] = "/mamori.intake.v1.TimelineService/GetReportTimeline";
inline constexpr char kEcho[] = "/mamori.intake.v1.IntakeService/Echo";
inline constexpr char kIngestEvents[] = "/mamori.intake.v1.IntakeEventService/IngestEvents";

inline constexpr char kBatchGetContacts[] = "/mamori.intake.v1.ContactService/BatchGetContacts";

inline constexpr char kExportReports[] = "/mamori.intake.v1.BundleService/ExportReports";

inline std::vector<std::string> Methods() {
  return {kSubmitReport,
          kBatchSubmitReports,
          kGetReport,
          kBatchGetReports,
          kListReports,
          kSupplementReport,
          kRecordContact,
          kListContacts,
          kSubmitAnonymousReport,
          kRotateReceipt,
          kGetSealingKey,
          kSetAnonymousSharing,
          kWithdrawAnonymousReport,
          kSubmitIdentifiedReport,
          kSetSharing,
          kGetSharing,
          kWithdrawReport,
          kGiveAnonymousConsent,
          kWithdrawAnonymousConsent,
          kGiveConsent,
          kWithdrawConsent,
          kGetConsent,
          kUnsealIdentity,
          kListReportReads,
          kPostAnonymousMessage,
          kListAnonymousMessages,
          kMarkAnonymousMessagesRead,
          kWaitForAnonymousMessages,
          kPostMessage,
          kListMessages,
          kMarkMessagesRead,
          kWaitForMessages,
          kStartUpload,
          kStartAnonymousUpload,
          kUploadEvidence,
          kUploadAnonymousEvidence,
          kGetEvidence,
          kListEvidence,
          kGetAnonymousEvidence,
          kListAnonymousEvidence,
          kDownloadEvidence,
          kDownloadOriginal,
          kListEvidenceAccess,
          kGetAnonymousTimeline,
          kGetReportTimeline,
          kBatchGetContacts,
          kExportReports,
          kSearchReports,
          kIngestEvents,
          kEcho};
}

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_METHODS_H_
