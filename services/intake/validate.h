// What a request must look like, limit by limit as the proto comments state them. Pure: no I/O and
// no clock.
//
// Each function names every wrong field (up to 20) by its proto path with what was got and what is
// wanted, never with the value. OK when nothing is wrong.
#ifndef MAMORI_SERVICES_INTAKE_VALIDATE_H_
#define MAMORI_SERVICES_INTAKE_VALIDATE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mamori/intake/v1/bundle_service.pb.h"
#include "mamori/intake/v1/contact_service.pb.h"
#include "mamori/intake/v1/intake_service.pb.h"
#include "mamori/intake/v1/search_service.pb.h"

namespace mamori::intake {

// Times may lie this far ahead of `now`: clocks and time zones of applications are not always
// right.
inline constexpr absl::Duration kFutureTolerance = absl::Hours(24);

class FieldRules;
class Path;

// The report itself, for every way by which one comes.
void CheckReport(FieldRules& rules, const Path& path, const mamori::v1::Report& report);

absl::Status ValidateSubmitReport(const v1::SubmitReportRequest& request, absl::Time now);
// Only the number of requests: each is validated by itself.
absl::Status ValidateBatchSubmitReports(const v1::BatchSubmitReportsRequest& request);
absl::Status ValidateGetReport(const v1::GetReportRequest& request);
absl::Status ValidateBatchGetReports(const v1::BatchGetReportsRequest& request);
absl::Status ValidateListReports(const v1::ListReportsRequest& request);
absl::Status ValidateSupplementReport(const v1::SupplementReportRequest& request);
absl::Status ValidateRecordContact(const v1::RecordContactRequest& request, absl::Time now);
absl::Status ValidateBatchGetContacts(const v1::BatchGetContactsRequest& request);
absl::Status ValidateExportReports(const v1::ExportReportsRequest& request);
absl::Status ValidateSearchReports(const v1::SearchReportsRequest& request);
absl::Status ValidateListContacts(const v1::ListContactsRequest& request);
absl::Status ValidateEcho(const v1::EchoRequest& request);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_VALIDATE_H_
