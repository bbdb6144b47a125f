// Where legal holds are kept.
#ifndef MAMORI_SERVICES_TRIAGE_HOLD_STORE_H_
#define MAMORI_SERVICES_TRIAGE_HOLD_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/hold_service.pb.h"
#include "services/triage/act_store.h"

namespace mamori::triage {

// What a new hold names.
struct HoldScope {
  std::vector<id::Id> cases;
  std::optional<RecordName> record;
};

// Every method is one transaction. A hold of another tenant is one that does not exist, and so is
// one whose stored record is not believed.
class HoldStore {
 public:
  virtual ~HoldStore() = default;

  // Locks what the hold names and the cases that named ones were merged into, and asks `decide`
  // for the hold to be stored; its errors are returned unchanged. NOT_FOUND for a case or record
  // that the tenant does not have.
  using DecideNew = absl::FunctionRef<absl::StatusOr<v1::LegalHold>(const ActResource& resource)>;
  virtual absl::StatusOr<v1::LegalHold> Place(const CallKey& call, const ActCaller& caller,
                                              std::string_view tenant, const id::Id& hold_id,
                                              const HoldScope& scope, DecideNew decide) = 0;
  // Locks the hold and what it names, asks `admit`, uses the act up and stores the hold as released
  // at the act's time. NOT_FOUND; FAILED_PRECONDITION when it was released before; the errors of
  // UseAct.
  using Admit = absl::FunctionRef<absl::Status(const ActResource& resource)>;
  virtual absl::StatusOr<v1::LegalHold> Release(const CallKey& call, const ActCaller& caller,
                                                std::string_view tenant, const id::Id& hold_id,
                                                const id::Id& act_id, const std::string& person,
                                                Admit admit) = 0;

  // What a new hold would be about. NOT_FOUND.
  virtual absl::StatusOr<ActResource> ReadScope(std::string_view tenant, const HoldScope& scope,
                                                absl::Time deadline) = 0;
  // What a stored hold is about. NOT_FOUND.
  virtual absl::StatusOr<ActResource> ReadHold(std::string_view tenant, const id::Id& hold_id,
                                               absl::Time deadline) = 0;
  // At most `limit`, newest first, after `position` where there is one; with what they are about.
  virtual absl::StatusOr<std::vector<ActResource>> List(std::string_view tenant, bool released,
                                                        const std::optional<CasePosition>& position,
                                                        int limit, absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HOLD_STORE_H_
