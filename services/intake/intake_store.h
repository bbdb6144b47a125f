// What the intake service keeps. Every read and write is restricted to a tenant.
#ifndef MAMORI_SERVICES_INTAKE_INTAKE_STORE_H_
#define MAMORI_SERVICES_INTAKE_INTAKE_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/entry.h"
#include "common/outbox/outbox.h"
#include "common/sealing/key_stock.h"
#include "mamori/v1/event.pb.h"
#include "services/intake/receipt_row.h"
#include "services/intake/reporter_row.h"

namespace mamori::intake {

// All content is sealed: what of it is and how, says content_seal.h.

// The request id of a write, with the answer that repeats get (common/idempotency).
struct Answer {
  std::string key;       // 32 bytes
  std::string digest;    // 32 bytes; of a report it is the commitment to its body
  std::string response;  // serialized; sealed where it tells content
};

// The stored answer to a SubmitReport: the report's row.
struct StoredAnswer : Answer {
  std::string report_id;
  std::string heading;  // empty in rows from before sealing
};

struct NewReport {
  Answer answer;
  std::string report_id;
  std::string tenant;
  std::string company;
  int kind = 0;
  bool immediate_danger = false;
  absl::Time create_time;
  std::optional<sealing::FreshKey> key;  // what its content is sealed with
  std::string body;         // serialized mamori.v1.Report without output-only fields, sealed
  std::string heading;      // what lists show, unless it would be large, sealed
  mamori::v1::Event event;  // sequence 1
  audit::Who who;           // the application alone: a reporter may be nobody
  // Of an anonymous report, which is told by day and by nobody; written with it.
  std::optional<ReceiptRow> receipt;
  // Of a report whose people intake knows; written with it.
  std::vector<IdentityRow> identities;
};

struct NewSupplement {
  Answer answer;
  std::string supplement_id;
  std::string report_id;
  std::string tenant;
  absl::Time create_time;
  bool anonymous = false;  // the report is, so `create_time` is a day
  std::string body;        // sealed
  std::string commitment;
  mamori::v1::Event event;  // without its sequence, which the store gives
  audit::Who who;
};

struct NewContact {
  Answer answer;
  std::string contact_id;
  std::string tenant;
  std::string company;
  std::string report_id;  // empty: belongs to no report
  absl::Time start_time;
  absl::Time create_time;
  std::string body;  // sealed
  std::string commitment;
  mamori::v1::Event event;  // its only one
  audit::Who who;
};

struct StoredReport {
  std::string report_id;
  absl::Time create_time;
  int64_t event_sequence = 0;  // above 1 there are supplements
  std::string body;
};

struct StoredHeading {
  std::string report_id;
  absl::Time create_time;
  std::string heading;
};

// What is written beside a report has to know of it.
struct ReportFacts {
  std::string heading;     // sealed; names the report's key
  bool anonymous = false;  // every time is told to the day
};

struct StoredSupplement {
  std::string supplement_id;
  absl::Time create_time;
  std::string body;
};

struct StoredContact {
  std::string contact_id;
  std::string report_id;  // empty: belongs to no report
  absl::Time create_time;
  std::string body;
};

// The last row of a page; the next begins after it, newest first.
struct Position {
  int64_t create_micros = INT64_MAX;
  std::string id = std::string(16, '\xff');
};

struct ReportFilter {
  std::string company;  // empty for all
  int kind = 0;         // 0 for all
};

struct ContactFilter {
  std::string company;    // empty for all
  std::string report_id;  // empty for all
};

// Errors are those of common/db besides what is named. `deadline` bounds each call. Thread safe.
class IntakeStore {
 public:
  virtual ~IntakeStore() = default;

  // Writes all reports with their answers, summaries, receipts and events in one transaction, or
  // none. Either all are anonymous or none is. ALREADY_EXISTS when one of the keys is there
  // already. May be called again with the same reports, also after the outcome of a COMMIT was
  // unknown: FindAnswers then tells those that are there. Of each report what its answer says
  // besides: a serialized SubmitReportResponse to be appended, or nothing at all.
  virtual absl::StatusOr<std::vector<std::string>> InsertReports(
      const std::vector<const NewReport*>& reports, absl::Time deadline) = 0;
  // The answers stored for `keys`, in any order, without those that are not there.
  virtual absl::StatusOr<std::vector<StoredAnswer>> FindAnswers(
      const std::vector<std::string>& keys, absl::Time deadline) = 0;

  // NOT_FOUND.
  virtual absl::StatusOr<ReportFacts> GetFacts(const std::string& tenant,
                                               const std::string& report_id,
                                               absl::Time deadline) = 0;
  // Which of the tenant's reports are anonymous. NOT_FOUND when one of them is not there.
  virtual absl::StatusOr<std::map<std::string, bool>> AreAnonymous(
      const std::string& tenant, const std::vector<std::string>& ids, absl::Time deadline) = 0;
  // Those that exist of the tenant's reports, in any order.
  virtual absl::StatusOr<std::vector<StoredReport>> GetReports(const std::string& tenant,
                                                               const std::vector<std::string>& ids,
                                                               absl::Time deadline) = 0;
  // The newest `limit` supplements of a report, oldest first.
  virtual absl::StatusOr<std::vector<StoredSupplement>> GetSupplements(const std::string& tenant,
                                                                       const std::string& report_id,
                                                                       int limit,
                                                                       absl::Time deadline) = 0;
  // At most `limit` after `after`, newest first.
  virtual absl::StatusOr<std::vector<StoredHeading>> ListReports(const std::string& tenant,
                                                                 const ReportFilter& filter,
                                                                 const Position& after, int limit,
                                                                 absl::Time deadline) = 0;
  // The answer as it was given, of the first call with this request id. NOT_FOUND;
  // FAILED_PRECONDITION when the report was withdrawn.
  virtual absl::StatusOr<std::string> AddSupplement(const NewSupplement& supplement,
                                                    absl::Time deadline) = 0;

  // The answer as it was given, of the first call with this request id. NOT_FOUND.
  virtual absl::StatusOr<std::string> AddContact(const NewContact& contact,
                                                 absl::Time deadline) = 0;
  // Those that exist of the tenant's contacts, in any order.
  virtual absl::StatusOr<std::vector<StoredContact>> GetContacts(
      const std::string& tenant, const std::vector<std::string>& ids, absl::Time deadline) = 0;
  // At most `limit` after `after`, newest first.
  virtual absl::StatusOr<std::vector<StoredContact>> ListContacts(const std::string& tenant,
                                                                  const ContactFilter& filter,
                                                                  const Position& after, int limit,
                                                                  absl::Time deadline) = 0;

  // Deletes at most `limit` answers from before `before`; returns how many.
  virtual absl::StatusOr<int64_t> PruneAnswers(absl::Time before, int limit,
                                               absl::Time deadline) = 0;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_INTAKE_STORE_H_
