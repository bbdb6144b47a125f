// What of a case goes into its evidence bundle, as it is kept.
#ifndef MAMORI_SERVICES_TRIAGE_BUNDLE_STORE_H_
#define MAMORI_SERVICES_TRIAGE_BUNDLE_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/entry.h"
#include "services/triage/case_row.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

// A report of the case, and when it came to it.
struct JoinedReport {
  std::string name;
  absl::Time join_time;
};

// Something that the audit has a commitment to.
struct CommittedRow {
  enum class Of { kNote, kWork, kCertificate };
  Of of = Of::kNote;
  id::Id row_id;
  WorkKind kind = WorkKind::kStatement;  // of work
  std::string place;                     // of work, as CaseContent::PlaceOf
  std::string random;                    // of a certificate, which is not sealed
  std::string content;                   // sealed, but for a certificate
};

// Every method is one transaction. A case of another tenant is one that does not exist.
class BundleStore {
 public:
  virtual ~BundleStore() = default;

  // Locks the case, asks `admit`, and tells its audit that `who` takes it into a bundle; `purpose`
  // is kept as a note of it, unless what people wrote into the case was erased for good. The case,
  // which does not change. NOT_FOUND; the errors of `admit`.
  using Admit = absl::FunctionRef<absl::Status(const CaseRow& row)>;
  virtual absl::StatusOr<CaseRow> Record(std::string_view tenant, const id::Id& case_id,
                                         const audit::Who& who, const std::string& action,
                                         NoteRow purpose, Admit admit, absl::Time deadline) = 0;

  // At most 1,000, by name.
  virtual absl::StatusOr<std::vector<JoinedReport>> ListReports(const CaseRow& row,
                                                                absl::Time deadline) = 0;
  // All of it, in no order.
  virtual absl::StatusOr<std::vector<CommittedRow>> ListCommitted(const CaseRow& row,
                                                                  absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_BUNDLE_STORE_H_
