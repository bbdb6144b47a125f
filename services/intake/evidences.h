// What is read of files: what is known of them, their derivatives and originals, and who had them
// in hands. Blocking.
#ifndef MAMORI_SERVICES_INTAKE_EVIDENCES_H_
#define MAMORI_SERVICES_INTAKE_EVIDENCES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/reads.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "services/intake/dialogue_parties.h"
#include "services/intake/evidence_content.h"
#include "services/intake/message_store.h"

namespace mamori::intake {

class Evidences {
 public:
  struct Dependencies {
    MessageStore& messages;
    EvidenceStore& store;
    BlobStore& blobs;
    const sealing::Sealer& sealer;
    const idempotency::PageTokens& tokens;
    const time::Clock& clock;
    id::IdSource& ids;
    audit::ReadLog* reads;  // null records nothing, for tests
    bool inspected;         // there is an inspector
  };
  explicit Evidences(Dependencies dependencies) : d_(dependencies) {}

  // NOT_FOUND. The requests were validated.
  absl::StatusOr<v1::Evidence> Get(const server::CallContext& call, const Party& party,
                                   const std::string& evidence_id);
  // A full page of what is there for the party.
  absl::StatusOr<v1::ListEvidenceResponse> List(const server::CallContext& call, const Party& party,
                                                int page_size, const std::string& page_token);
  absl::StatusOr<v1::ListEvidenceAccessResponse> ListAccess(
      const server::CallContext& call, const Party& party, const std::string& evidence_id,
      const v1::ListEvidenceAccessRequest& request);

  // What a download is told, in this order; false ends it.
  struct Receiver {
    std::function<bool(const v1::Evidence&)> begin;
    std::function<bool(int64_t offset, std::string bytes)> take;
  };
  // As EvidenceService says.
  absl::Status DownloadDerivative(const server::CallContext& call, const Party& party,
                                  const std::string& evidence_id, const std::string& purpose,
                                  const Receiver& receiver);
  absl::Status DownloadOriginal(const server::CallContext& call, const Party& party,
                                const std::string& evidence_id, const std::string& purpose,
                                const Receiver& receiver);

 private:
  // One file as it is kept.
  struct Found {
    EvidenceRow row;
    v1::Evidence evidence;  // all of it, identity included
  };
  absl::StatusOr<Found> Find(const server::CallContext& call, const Party& party,
                             const std::string& evidence_id);
  absl::StatusOr<v1::Evidence> Compose(const sealing::DataKey& key, const EvidenceRow& row,
                                       const EvidenceAccessRow* inspection) const;
  absl::Status Download(const server::CallContext& call, const Party& party, const Found& found,
                        v1::EvidenceAccessKind kind, const char* action, const std::string& purpose,
                        const StoredFile& file, const v1::Evidence& first,
                        const Receiver& receiver);
  absl::Status RecordRead(const server::CallContext& call, const Party& party, bool anonymous);
  absl::Time Soon() const { return d_.clock.Now() + absl::Seconds(10); }

  const Dependencies d_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_EVIDENCES_H_
