// HandlerStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_HANDLER_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_HANDLER_STORE_H_

#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/handler_store.h"

namespace mamori::triage {

class SqlHandlerStore final : public HandlerStore {
 public:
  SqlHandlerStore(db::Transactor& transactor, const time::Clock& clock, const AccessSeal& seal)
      : transactor_(transactor), clock_(clock), seal_(seal) {}

  absl::StatusOr<v1::DesignatedHandler> Designate(const CallKey& call, const ActCaller& caller,
                                                  std::string_view tenant,
                                                  const std::string& person,
                                                  const id::Id& handler_id,
                                                  DecideNew decide) override;
  absl::StatusOr<v1::DesignatedHandler> Change(const CallKey& call, const ActCaller& caller,
                                               std::string_view tenant, const id::Id& handler_id,
                                               Decide decide) override;
  absl::StatusOr<v1::DesignatedHandler> End(const CallKey& call, const ActCaller& caller,
                                            std::string_view tenant, const id::Id& handler_id,
                                            Decide decide,
                                            const mamori::v1::DesignatedHandlerPolicy& policy,
                                            Give give) override;
  absl::StatusOr<v1::DesignatedHandler> Get(std::string_view tenant, const id::Id& handler_id,
                                            absl::Time deadline) override;
  absl::StatusOr<std::vector<v1::DesignatedHandler>> List(std::string_view tenant,
                                                          const std::string& after, int limit,
                                                          absl::Time deadline) override;

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_HANDLER_STORE_H_
