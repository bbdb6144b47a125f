// Where the cases are kept, as the events of other services change them.
#ifndef MAMORI_SERVICES_TRIAGE_INGEST_STORE_H_
#define MAMORI_SERVICES_TRIAGE_INGEST_STORE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/triage/case_row.h"
#include "services/triage/contact_effect.h"
#include "services/triage/report_memory.h"

namespace mamori::triage {

// The effect of one event, worked out before the transaction. Exactly one of `opened`,
// `supplemented`, `contact`, `told_of` and `outcome` is set.
struct IngestItem {
  const mamori::v1::Event* event = nullptr;

  // A report opens this case, unless it names one that it joins.
  struct Opened {
    CaseChange change;
    CaseReportRow report;
    ReportMemory memory;  // whichever case it comes to
  };
  std::optional<Opened> opened;
  id::Id existing_case;  // tried first, or the case that it was merged into; empty for none
  std::function<bool(const CaseRow& row)> joins;  // asked with `existing_case`'s row
  std::string joined_assessment;                  // under the policy version of that case:
  std::string joined_digest;                      // ABORTED when it is another by now

  // The report of a case has a new assessment.
  struct Supplemented {
    id::Id report_id;
    std::string assessment;
  };
  std::optional<Supplemented> supplemented;

  // The reporter did something else, with which the case of this report changes.
  id::Id told_of;

  // How the case changes that is joined, supplemented or told of. May be called several times.
  std::function<CaseChange(const CaseRow& row)> change;

  std::optional<ContactEffect> contact;

  std::optional<DeliveryRow> outcome;
};

class IngestStore {
 public:
  virtual ~IngestStore() = default;

  // The policy digests of a tenant's cases, by the case's or by a report's id; for a merged case
  // that of the one it was merged into. Those that do not exist are left out.
  virtual absl::StatusOr<std::map<id::Id, std::string>> FindDigests(
      std::string_view tenant, const std::vector<id::Id>& case_ids,
      const std::vector<id::Id>& report_ids, absl::Time deadline) = 0;

  // What the contact log says of reports; those without contacts are left out.
  virtual absl::StatusOr<std::map<id::Id, ContactCount>> CountContacts(
      std::string_view tenant, const std::vector<id::Id>& report_ids, absl::Time deadline) = 0;

  // Applies all that have not been applied before, each once and in the order of its subject, in as
  // few transactions as the bad ones among them allow. A status per item; EVENT_GAP where an
  // earlier one is missing.
  virtual std::vector<absl::Status> Apply(absl::Span<const IngestItem> items,
                                          absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_INGEST_STORE_H_
