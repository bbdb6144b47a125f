// Which files belong to a report, how far each is, and who did what with it. Their bytes are in a
// BlobStore.
#ifndef MAMORI_SERVICES_INTAKE_EVIDENCE_STORE_H_
#define MAMORI_SERVICES_INTAKE_EVIDENCE_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/entry.h"
#include "common/worker/lease.h"
#include "mamori/v1/event.pb.h"
#include "services/intake/blob_store.h"
#include "services/intake/evidence_row.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

// What a report has at most from each side, begun uploads included: neither side takes the other's
// room, nor learns by its own end how much there is of the other.
inline constexpr int kMaxEvidencePerSide = 100;
inline constexpr int64_t kMaxChunksPerSide = 4104;  // 4 GiB

// One link of the chain of custody, with its entry in the audit.
struct NewEvidenceAccess {
  EvidenceAccessRow row;  // without its number
  std::string commitment;
  const char* action = "";  // for the audit: a constant of the code
  bool anonymous = false;
  mamori::v1::Event event;  // without a fact: none leaves
};

// Errors are those of common/db besides what is named. `deadline` bounds each call. Thread safe.
class EvidenceStore {
 public:
  virtual ~EvidenceStore() = default;

  // The upload begun under this request key. NOT_FOUND.
  virtual absl::StatusOr<EvidenceRow> FindUpload(const std::string& tenant,
                                                 const std::string& request_key,
                                                 absl::Time deadline) = 0;
  // Begins an upload, with its blobs, which are empty. The row as stored by the first call with
  // this request key, whatever file that was for. NOT_FOUND; FAILED_PRECONDITION when the report
  // was withdrawn or has all it may have.
  virtual absl::StatusOr<EvidenceRow> Add(const EvidenceRow& row, const audit::Who& who,
                                          absl::Time deadline) = 0;
  // All bytes are there. `commitment` is that to its body. OK when it was complete before.
  // NOT_FOUND; FAILED_PRECONDITION when the report was withdrawn.
  virtual absl::Status Complete(const std::string& commitment, const NewEvidenceAccess& access,
                                absl::Time deadline) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<EvidenceRow> Get(const std::string& tenant, const std::string& report_id,
                                          const std::string& evidence_id, absl::Time deadline) = 0;
  // At most `limit` after `after`, newest first, of those that came from `side`; UNSPECIFIED is
  // either.
  virtual absl::StatusOr<std::vector<EvidenceRow>> List(const std::string& tenant,
                                                        const std::string& report_id,
                                                        v1::MessageSide side, const Position& after,
                                                        int limit, absl::Time deadline) = 0;

  // NOT_FOUND when the file is gone.
  virtual absl::Status AddAccess(const NewEvidenceAccess& access, absl::Time deadline) = 0;
  // As AddAccess, and from then on the file is inspected. False when it is so already, or gone.
  // FAILED_PRECONDITION when `lease` is another's by now.
  virtual absl::StatusOr<bool> Settle(const NewEvidenceAccess& access, const worker::Lease& lease,
                                      absl::Time deadline) = 0;
  // At most `limit` with a number below `before`, newest first.
  virtual absl::StatusOr<std::vector<EvidenceAccessRow>> ListAccess(const std::string& tenant,
                                                                    const std::string& evidence_id,
                                                                    int64_t before, int limit,
                                                                    absl::Time deadline) = 0;
  // The inspections of those of the files that were inspected.
  virtual absl::StatusOr<std::vector<EvidenceAccessRow>> FindInspections(
      const std::string& tenant, const std::vector<std::string>& evidence_ids,
      absl::Time deadline) = 0;

  // Complete and not inspected, of any tenant, in the order of their ids after `after`.
  virtual absl::StatusOr<std::vector<EvidenceRow>> ListUninspected(const std::string& after,
                                                                   int limit,
                                                                   absl::Time deadline) = 0;
  // Drops at most `limit` uploads that were begun before `before` and are not complete. Returns how
  // many.
  virtual absl::StatusOr<int> DropStale(absl::Time before, int limit, absl::Time deadline) = 0;
  // Blobs whose evidence is gone; and that one of them is gone too.
  virtual absl::StatusOr<std::vector<Blob>> ListDropped(int limit, absl::Time deadline) = 0;
  virtual absl::Status Forget(const Blob& blob, absl::Time deadline) = 0;
  // Forgets the requests of at most `limit` rows whose time for that has come (ForgetTime). Returns
  // of how many.
  virtual absl::StatusOr<int64_t> ForgetRequests(absl::Time now, int limit,
                                                 absl::Time deadline) = 0;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_EVIDENCE_STORE_H_
