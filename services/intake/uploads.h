// Takes files in: begun, resumed, and complete once every byte is there. Blocking.
#ifndef MAMORI_SERVICES_INTAKE_UPLOADS_H_
#define MAMORI_SERVICES_INTAKE_UPLOADS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "services/intake/dialogue_parties.h"
#include "services/intake/evidence_content.h"
#include "services/intake/message_store.h"
#include "services/intake/reporter_keys.h"

namespace mamori::intake {

class Uploads {
 public:
  struct Dependencies {
    IntakeStore& reports;
    MessageStore& messages;
    EvidenceStore& store;
    BlobStore& blobs;
    const sealing::Sealer& sealer;
    const ReporterKeys& keys;
    const time::Clock& clock;
    id::IdSource& ids;
    std::function<void()> completed;  // there is something to inspect
  };
  explicit Uploads(Dependencies dependencies) : d_(std::move(dependencies)) {}

  // The file was validated.
  absl::StatusOr<v1::Upload> Start(const server::CallContext& call, const Party& party,
                                   const std::string& request_id, const v1::UploadedFile& file);
  // The next chunk; null at the end of the stream.
  using NextChunk = std::function<absl::StatusOr<const v1::EvidenceChunk*>()>;
  absl::StatusOr<v1::Upload> Receive(const Party& party, const std::string& evidence_id,
                                     const NextChunk& next);

 private:
  // Whether a repeat of the request that began `stored` asks for the same file, which only what is
  // sealed in it says: a hash beside it would tell of a file to whoever has that.
  // RequestIdReused().
  absl::Status CheckSame(const EvidenceRow& stored, const v1::UploadedFile& file,
                         absl::Time deadline) const;
  // Begins it where the request is a new one.
  absl::StatusOr<EvidenceRow> Begin(const server::CallContext& call, const Party& party,
                                    EvidenceRow row, const v1::UploadedFile& file);
  absl::StatusOr<v1::Upload> StateOf(const EvidenceRow& row, int64_t size, absl::Time deadline);
  // Whether what is stored is the file that was told of; what is not is gone afterwards.
  absl::Status Verify(const EvidenceRow& row, const v1::Evidence& evidence,
                      const std::string& writer);
  absl::Status Complete(const Party& party, const EvidenceRow& row);
  absl::Time Soon() const { return d_.clock.Now() + absl::Seconds(10); }

  const Dependencies d_;
};

// How the audit and the rows name who acts from a party's side: of who reported, the application at
// most.
audit::Who WhoOf(const Party& party);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_UPLOADS_H_
