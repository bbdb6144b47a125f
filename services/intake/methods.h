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
inline constexpr char kGetAnonymousTimeline[] =
    "/mamori.intake.v1.TimelineService/GetAnonymousTimeline";
inline constexpr char kGetReportTimeline[] = "/mamori.intake.v1.TimelineService/GetReportTimeline";
inline constexpr char kEcho[] = "/mamori.intake.v1.IntakeService/Echo";
inline constexpr char kIngestEvents[] = "/mamori.intake.v1.IntakeEventService/IngestEvents";

inline constexpr char kBatchGetContacts[] = "/mamori.intake.v1.ContactService/BatchGetContacts";

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
          kPostAnonymousMessage,
          kListAnonymousMessages,
          kMarkAnonymousMessagesRead,
          kWaitForAnonymousMessages,
          kPostMessage,
          kListMessages,
          kMarkMessagesRead,
          kWaitForMessages,
          kGetAnonymousTimeline,
          kGetReportTimeline,
          kBatchGetContacts,
          kIngestEvents,
          kEcho};
}

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_METHODS_H_
