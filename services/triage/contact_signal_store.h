// Where crossings are kept, as people read and decide them.
#ifndef MAMORI_SERVICES_TRIAGE_CONTACT_SIGNAL_STORE_H_
#define MAMORI_SERVICES_TRIAGE_CONTACT_SIGNAL_STORE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/triage/case_store.h"
#include "services/triage/crossing_row.h"

namespace mamori::triage {

// Every method is one transaction.
class ContactSignalStore {
 public:
  virtual ~ContactSignalStore() = default;

  // At most `limit`, newest first, after `after` where there is one (its id and time). Of a case,
  // or of a state in all of the tenant when `case_id` is empty.
  struct Filter {
    id::Id case_id;
    v1::ContactSignalState state = v1::CONTACT_SIGNAL_STATE_UNSPECIFIED;
  };
  virtual absl::StatusOr<std::vector<CrossingRow>> List(std::string_view tenant,
                                                        const Filter& filter,
                                                        const std::optional<CasePosition>& after,
                                                        int limit, absl::Time deadline) = 0;

  // Reads and locks a crossing, asks `decide` what becomes of it, and writes that, with the case
  // that is opened where there is one. `decide` may be called several times; its errors are
  // returned unchanged. NOT_FOUND.
  struct Decision {
    CrossingRow row;                  // as it is afterwards
    std::optional<CaseChange> opens;  // a new case
    audit::Who who;
    std::string action;
  };
  using Decide = absl::FunctionRef<absl::StatusOr<Decision>(const CrossingRow& before)>;
  // Answered with the case that was opened.
  virtual absl::StatusOr<mamori::v1::Case> Open(const CallKey& call, std::string_view tenant,
                                                const id::Id& crossing_id, Decide decide) = 0;
  // Answered with the crossing; `answer` makes it.
  using Answer = absl::FunctionRef<absl::StatusOr<v1::ContactSignal>(const CrossingRow& row)>;
  virtual absl::StatusOr<v1::ContactSignal> Change(const CallKey& call, std::string_view tenant,
                                                   const id::Id& crossing_id, Decide decide,
                                                   Answer answer) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CONTACT_SIGNAL_STORE_H_
