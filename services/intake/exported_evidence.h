// The files of reports in evidence bundles: which of them go out, told to their chains of custody
// before anything of them is read, and opened against what the audit commits to.
#ifndef MAMORI_SERVICES_INTAKE_EXPORTED_EVIDENCE_H_
#define MAMORI_SERVICES_INTAKE_EXPORTED_EVIDENCE_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/bundle/commitments.h"
#include "common/id/id.h"
#include "common/sealing/sealer.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "services/intake/blob_store.h"
#include "services/intake/evidence_content.h"
#include "services/intake/evidence_store.h"
#include "services/intake/exported_content.h"

namespace mamori::intake {

// What goes out of a file, as its chain of custody was told.
struct LetOut {
  bool original = false;
  bool derivative = false;
};

class ExportedEvidence {
 public:
  struct Dependencies {
    EvidenceStore& store;
    BlobStore& blobs;
    const sealing::Sealer& sealer;
    const time::Clock& clock;
    id::IdSource& ids;
  };
  // Of one call, for one purpose.
  ExportedEvidence(Dependencies dependencies, const server::CallContext& call, std::string purpose,
                   bool originals)
      : d_(dependencies), call_(call), purpose_(std::move(purpose)), originals_(originals) {}

  // Decides about the files that the report has by now. Nothing goes out of those that come later.
  absl::Status Record(const std::string& report_id);
  // Opens what the audit commits to about files, as the report's `opened`, which it adds to.
  absl::Status Open(const std::string& report_id, bundle::Commitments& open, OpenedReport& opened);
  // The bytes of one, in pieces. NOT_FOUND when it is gone; DATA_LOSS.
  absl::Status Send(const OpenedFile& file,
                    const std::function<absl::Status(std::string bytes)>& take);

 private:
  absl::StatusOr<std::vector<EvidenceRow>> FilesOf(const std::string& report_id);
  LetOut Decide(const v1::Evidence& evidence, const v1::EvidenceInspection& inspection) const;
  absl::Status RecordOne(const sealing::DataKey& key, const EvidenceRow& row, const LetOut& out);
  absl::Status OpenFile(const sealing::DataKey& key, const EvidenceRow& row,
                        bundle::Commitments& open, OpenedReport& opened);
  absl::Status OpenCustody(const sealing::DataKey& key, const EvidenceRow& row,
                           bundle::Commitments& open, OpenedReport& opened);
  // `file` with `let_out`, or why it is not there.
  void Place(bool let_out, mamori::v1::WithheldReason otherwise, const std::string& report_id,
             OpenedFile file, OpenedReport& opened) const;

  const Dependencies d_;
  const server::CallContext& call_;
  const std::string purpose_;
  const bool originals_;
  // By evidence, as they were when it was decided.
  std::map<std::string, v1::EvidenceInspection> inspections_;
  std::map<std::string, LetOut> let_out_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_EXPORTED_EVIDENCE_H_
