// Opens identities: by an act of two persons, once, and not behind the reporter's back. Blocking.
#ifndef MAMORI_SERVICES_INTAKE_IDENTITIES_H_
#define MAMORI_SERVICES_INTAKE_IDENTITIES_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/identity_service.pb.h"
#include "services/intake/act_user.h"
#include "services/intake/content_box.h"
#include "services/intake/content_seal.h"
#include "services/intake/dialogue_parties.h"
#include "services/intake/identity_store.h"
#include "services/intake/message_store.h"
#include "services/intake/reporter_keys.h"

namespace mamori::intake {

class Identities {
 public:
  struct Dependencies {
    IdentityStore& store;
    MessageStore& messages;
    DialogueParties& parties;  // that keep no answer
    ActUser& acts;
    const ReporterKeys& keys;
    const ContentBox& box;
    const ContentSeal& seal;
    const time::Clock& clock;
    id::IdSource& ids;
  };
  explicit Identities(Dependencies dependencies) : d_(dependencies) {}

  absl::StatusOr<v1::UnsealedIdentity> Unseal(const server::CallContext& call,
                                              const v1::UnsealIdentityRequest& request);

 private:
  // The reading by this very call; nothing before it. ACT_NOT_READY for an act that another used.
  absl::StatusOr<std::optional<IdentityReading>> FindSame(const server::CallContext& call,
                                                          const IdentityReading& wanted);
  NewMessage NoticeOf(const IdentityReading& reading, bool anonymous, const sealing::DataKey& key);

  const Dependencies d_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_IDENTITIES_H_
