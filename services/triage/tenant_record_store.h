// Where records are kept that belong to a tenant and no case: each authenticated, versioned and
// sealed with a key of its own.
#ifndef MAMORI_SERVICES_TRIAGE_TENANT_RECORD_STORE_H_
#define MAMORI_SERVICES_TRIAGE_TENANT_RECORD_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/triage/act_store.h"
#include "services/triage/case_store.h"
#include "services/triage/record_row.h"
#include "services/triage/retention_rules.h"

namespace mamori::triage {

// Numbers are stored.
inline constexpr RecordKind kSubjectRequests{"subject_request", kSubjectRequestNames,
                                             "subject request", audit::Kind::kSubjectRequest};
inline constexpr RecordKind kBreaches{"breach", kBreachNames, "breach", audit::Kind::kBreach};

struct TenantRecord {
  id::Id record_id;
  std::string tenant;
  absl::Time create_time;
  int64_t version = 1;
  std::string body;  // a serialized message; content
};

// Every method is one transaction. One of another tenant does not exist, and neither does one whose
// stored record is not believed.
class TenantRecordStore {
 public:
  virtual ~TenantRecordStore() = default;

  // Stores it, once for each call; the id of what was stored.
  virtual absl::StatusOr<id::Id> Add(const CallKey& call, const ActCaller& caller,
                                     const RecordKind& kind, const TenantRecord& record) = 0;
  // Locks it and stores the body that `decide` says, once for each call; no version where that is
  // as it was. `decide` may be called several times; its errors are returned unchanged. `now` is
  // the later of the clock and the newest recorded time, so that nothing is closed before its time.
  // NOT_FOUND.
  using Decide =
      absl::FunctionRef<absl::StatusOr<std::string>(const TenantRecord& before, absl::Time now)>;
  virtual absl::Status Change(const CallKey& call, const ActCaller& caller, const RecordKind& kind,
                              std::string_view tenant, const id::Id& record_id, Decide decide) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<TenantRecord> Get(const RecordKind& kind, std::string_view tenant,
                                           const id::Id& record_id, absl::Time deadline) = 0;
  // At most `limit` of those that are believed, newest first, after `position` where there is one.
  virtual absl::StatusOr<std::vector<TenantRecord>> List(
      const RecordKind& kind, std::string_view tenant, const std::optional<CasePosition>& position,
      int limit, absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TENANT_RECORD_STORE_H_
