// What leaked of several cases by one cause: one breach of the tenant, and an incident in each
// case.
#ifndef MAMORI_SERVICES_TRIAGE_BREACHES_H_
#define MAMORI_SERVICES_TRIAGE_BREACHES_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/breach_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/case_store.h"
#include "services/triage/leak_incidents.h"
#include "services/triage/leak_source.h"
#include "services/triage/tenant_record_store.h"

namespace mamori::triage {

class Breaches {
 public:
  struct Dependencies {
    TenantRecordStore& store;
    LeakIncidents& leaks;
    LeakSource& source;
    CaseStore& cases;
    const AccessGate& gate;
    const time::Clock& clock;
    id::IdSource& ids;
    const idempotency::PageTokens& tokens;
  };
  explicit Breaches(Dependencies dependencies) : d_(dependencies) {}

  using BreachOr = absl::StatusOr<v1::Breach>;
  BreachOr Open(const server::CallContext& call, const v1::OpenBreachRequest& request);
  BreachOr RecordStep(const server::CallContext& call, const v1::RecordBreachStepRequest& request);
  BreachOr Get(const server::CallContext& call, const v1::GetBreachRequest& request);
  absl::StatusOr<v1::ListBreachesResponse> List(const server::CallContext& call,
                                                const v1::ListBreachesRequest& request);

 private:
  // A breach as one caller sees it.
  struct Seen {
    v1::Breach breach;
    std::vector<v1::LeakIncident> incidents;
  };
  // As it is stored, for those who may know of it; as one that does not exist otherwise.
  BreachOr Admit(const server::CallContext& call, const std::string& name) const;
  absl::StatusOr<Seen> See(const server::CallContext& call, const std::string& name);
  // The case itself, or the one that it was merged into. NOT_FOUND for one that is hidden,
  // FAILED_PRECONDITION for one that was disposed of.
  absl::StatusOr<id::Id> GoingOn(const server::CallContext& call, id::Id case_id);
  // The cases that are meant and that the caller may look after. NOT_FOUND for a named one that is
  // hidden.
  absl::StatusOr<std::set<id::Id>> Named(const server::CallContext& call, const v1::Breach& breach);
  absl::StatusOr<std::set<id::Id>> ReadByPerson(const server::CallContext& call,
                                                v1::Breach& breach);

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_BREACHES_H_
