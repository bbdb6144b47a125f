// Where designations are kept.
#ifndef MAMORI_SERVICES_TRIAGE_HANDLER_STORE_H_
#define MAMORI_SERVICES_TRIAGE_HANDLER_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/designated_handler_service.pb.h"
#include "services/triage/act_store.h"

namespace mamori::triage {

// Every method is one transaction. One of another tenant does not exist, and neither does one whose
// stored record is not believed.
class HandlerStore {
 public:
  virtual ~HandlerStore() = default;

  // Locks what is stored of the person and asks `decide` for what is to be, null where there is
  // nothing; its errors are returned unchanged. `handler_id` is that of a first designation.
  using DecideNew =
      absl::FunctionRef<absl::StatusOr<v1::DesignatedHandler>(const v1::DesignatedHandler* before)>;
  virtual absl::StatusOr<v1::DesignatedHandler> Designate(
      const CallKey& call, const ActCaller& caller, std::string_view tenant,
      const std::string& person, const id::Id& handler_id, DecideNew decide) = 0;
  // The same for a stored one. NOT_FOUND.
  using Decide =
      absl::FunctionRef<absl::StatusOr<v1::DesignatedHandler>(const v1::DesignatedHandler& before)>;
  virtual absl::StatusOr<v1::DesignatedHandler> Change(const CallKey& call, const ActCaller& caller,
                                                       std::string_view tenant,
                                                       const id::Id& handler_id, Decide decide) = 0;
  // The same, and changes every case that the person has and for which a designation is needed, as
  // `give` says of it; by `policy` it is judged which those are.
  using Give = absl::FunctionRef<CaseChange(const CaseRow& row)>;
  virtual absl::StatusOr<v1::DesignatedHandler> End(
      const CallKey& call, const ActCaller& caller, std::string_view tenant,
      const id::Id& handler_id, Decide decide, const mamori::v1::DesignatedHandlerPolicy& policy,
      Give give) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<v1::DesignatedHandler> Get(std::string_view tenant,
                                                    const id::Id& handler_id,
                                                    absl::Time deadline) = 0;
  // At most `limit` by person, after `after`.
  virtual absl::StatusOr<std::vector<v1::DesignatedHandler>> List(std::string_view tenant,
                                                                  const std::string& after,
                                                                  int limit,
                                                                  absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HANDLER_STORE_H_
