// Between messages and rows, whose content is sealed. Ids and times are given.
#ifndef MAMORI_SERVICES_INTAKE_RECORDS_H_
#define MAMORI_SERVICES_INTAKE_RECORDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/caller.h"
#include "mamori/intake/v1/intake_service.pb.h"
#include "mamori/v1/contact.pb.h"
#include "mamori/v1/report.pb.h"
#include "services/intake/content_seal.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

// A larger summary is not stored: lists then read the body of that report.
inline constexpr size_t kMaxSummaryBytes = 4096;

// Ids for one new thing and its event.
struct NewIds {
  std::string subject;
  std::string event;
};

// Takes the report out of `request`, which was validated. Never blocks.
absl::StatusOr<NewReport> MakeNewReport(const ContentSeal& seal, const server::CallContext& call,
                                        std::string_view method, v1::SubmitReportRequest& request,
                                        NewIds ids, absl::Time now);
// The serialized answer to SubmitReport: it says nothing but which report it became, so that the
// report's row is the stored answer too.
std::string SubmitAnswer(const std::string& report_id);
// What is appended to it in the first answer.
std::string StatementAnswer(mamori::v1::EntryStatement statement);
// `key` is the report's. What is written beside an anonymous one is told to the day, and not of
// which call it was.
NewSupplement MakeNewSupplement(const sealing::DataKey& key, const server::CallContext& call,
                                const v1::SupplementReportRequest& request, NewIds ids,
                                absl::Time now, bool anonymous);
// `key` is that of the report to which it belongs, or its own.
NewContact MakeNewContact(const sealing::DataKey& key, const server::CallContext& call,
                          const v1::RecordContactRequest& request, NewIds ids, absl::Time now);
// What the answer to each was given for, to be compared with a repeat's.
std::string DigestOf(const v1::SupplementReportRequest& request);
std::string DigestOf(const v1::RecordContactRequest& request);

// DATA_LOSS when it is not what was sealed, INTERNAL when it cannot be parsed.
absl::StatusOr<mamori::v1::Report> ToReport(const sealing::DataKey& key, std::string_view tenant,
                                            const StoredReport& row);
absl::StatusOr<mamori::v1::Supplement> ToSupplement(const sealing::DataKey& key,
                                                    std::string_view tenant,
                                                    const StoredSupplement& row);
absl::StatusOr<mamori::v1::Contact> ToContact(const sealing::DataKey& key, std::string_view tenant,
                                              const StoredContact& row);
// From the heading; none where it holds no summary.
absl::StatusOr<std::optional<mamori::v1::Report>> ToListed(const sealing::DataKey& key,
                                                           std::string_view tenant,
                                                           const StoredHeading& row);
// From the body.
absl::StatusOr<mamori::v1::Report> ToListed(const sealing::DataKey& key, std::string_view tenant,
                                            const StoredReport& row);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_RECORDS_H_
