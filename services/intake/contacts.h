// The contact log: record and list. Blocking.
#ifndef MAMORI_SERVICES_INTAKE_CONTACTS_H_
#define MAMORI_SERVICES_INTAKE_CONTACTS_H_

#include <functional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/reads.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/sealing/sealer.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/contact_service.pb.h"
#include "mamori/intake/v1/intake_service.pb.h"
#include "services/intake/intake_store.h"
#include "services/intake/report_access.h"

namespace mamori::intake {

class Contacts {
 public:
  // `committed` is called after an event may have been appended to the outbox. `reads` is where it
  // is recorded whose contacts were read; null records nothing, for tests.
  Contacts(IntakeStore& store, const ReportAccess& access, const sealing::Sealer& sealer,
           const idempotency::PageTokens& tokens, const time::Clock& clock, id::IdSource& ids,
           std::function<void()> committed, audit::ReadLog* reads = nullptr)
      : store_(store),
        access_(access),
        sealer_(sealer),
        tokens_(tokens),
        clock_(clock),
        ids_(ids),
        committed_(std::move(committed)),
        reads_(reads) {}

  absl::StatusOr<mamori::v1::Contact> Record(const server::CallContext& call,
                                             const v1::RecordContactRequest& request);
  absl::StatusOr<v1::ListContactsResponse> List(const server::CallContext& call,
                                                const v1::ListContactsRequest& request);
  // For the service that counts them.
  absl::StatusOr<v1::BatchGetContactsResponse> BatchGet(const server::CallContext& call,
                                                        const v1::BatchGetContactsRequest& request);

 private:
  // From `position` on what the person may see: contacts of no report, and of reports that the
  // person may read. None when there are no more.
  absl::StatusOr<std::vector<StoredContact>> ReadableRows(const server::CallContext& call,
                                                          const ContactFilter& filter,
                                                          Position& position, int limit);
  // From `read` on, until the page is full.
  absl::Status ReadPage(const server::CallContext& call, const ContactFilter& filter,
                        const idempotency::TokenBinding& binding, int page_size, Position& read,
                        v1::ListContactsResponse& response);
  // The demand and the actor are content, and nothing else shows them.
  absl::Status RecordRead(const server::CallContext& call,
                          const v1::ListContactsResponse& response);
  // The key for a new contact: its report's, or one of its own.
  absl::StatusOr<sealing::DataKey> KeyFor(const server::CallContext& call,
                                          const std::string& report);

  IntakeStore& store_;
  const ReportAccess& access_;
  const sealing::Sealer& sealer_;
  const idempotency::PageTokens& tokens_;
  const time::Clock& clock_;
  id::IdSource& ids_;
  const std::function<void()> committed_;
  audit::ReadLog* const reads_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_CONTACTS_H_
