// The contact log: record and list. Blocking.
#ifndef MAMORI_SERVICES_INTAKE_CONTACTS_H_
#define MAMORI_SERVICES_INTAKE_CONTACTS_H_

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/intake_service.pb.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

class Contacts {
 public:
  Contacts(IntakeStore& store, const time::Clock& clock, id::IdSource& ids)
      : store_(store), clock_(clock), ids_(ids) {}

  absl::StatusOr<mamori::v1::Contact> Record(const server::CallContext& call,
                                             const v1::RecordContactRequest& request);
  absl::StatusOr<v1::ListContactsResponse> List(const server::CallContext& call,
                                                const v1::ListContactsRequest& request);

 private:
  IntakeStore& store_;
  const time::Clock& clock_;
  id::IdSource& ids_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_CONTACTS_H_
