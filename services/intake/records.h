// Between messages and rows. Pure: ids and times are given.
#ifndef MAMORI_SERVICES_INTAKE_RECORDS_H_
#define MAMORI_SERVICES_INTAKE_RECORDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/caller.h"
#include "mamori/intake/v1/intake_service.pb.h"
#include "mamori/v1/contact.pb.h"
#include "mamori/v1/report.pb.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

// A larger summary is not stored: lists then read the body of that report.
inline constexpr size_t kMaxSummaryBytes = 4096;

// Ids for one new thing and its event.
struct NewIds {
  std::string subject;
  std::string event;
};

// Takes the report out of `request`, which was validated.
NewReport MakeNewReport(const server::CallContext& call, std::string_view method,
                        v1::SubmitReportRequest& request, NewIds ids, absl::Time now);
// The serialized answer to SubmitReport: it says nothing but which report it became, so that the
// report's row is the stored answer too.
std::string SubmitAnswer(const std::string& report_id);
// What is appended to it in the first answer.
std::string StatementAnswer(mamori::v1::EntryStatement statement);
NewSupplement MakeNewSupplement(const server::CallContext& call,
                                const v1::SupplementReportRequest& request, NewIds ids,
                                absl::Time now);
NewContact MakeNewContact(const server::CallContext& call, const v1::RecordContactRequest& request,
                          const std::string& id, absl::Time now);

// INTERNAL when a stored body cannot be parsed.
absl::StatusOr<mamori::v1::Report> ToReport(const StoredReport& row);
absl::StatusOr<mamori::v1::Supplement> ToSupplement(const StoredSupplement& row);
absl::StatusOr<mamori::v1::Contact> ToContact(const StoredContact& row);
// From the summary, or from the body where there is none.
absl::StatusOr<mamori::v1::Report> ToListed(const StoredSummary& row);
absl::StatusOr<mamori::v1::Report> ToListed(const StoredReport& row);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_RECORDS_H_
