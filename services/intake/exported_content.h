// Opens what the audit of a report or contact commits to, with what proves it.
#ifndef MAMORI_SERVICES_INTAKE_EXPORTED_CONTENT_H_
#define MAMORI_SERVICES_INTAKE_EXPORTED_CONTENT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/bundle/commitments.h"
#include "common/sealing/sealer.h"
#include "mamori/v1/bundle.pb.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

// A report with its supplements, by the entries that commit to them.
struct OpenedReport {
  std::map<int64_t, mamori::v1::CommittedContent> contents;
  std::vector<mamori::v1::WithheldContent> kept_back;
  bool erased = false;  // nobody has its key any more
};
// Takes out of `open` what it finds; of a report that is gone that is nothing.
absl::StatusOr<OpenedReport> OpenReport(IntakeStore& store, const sealing::Sealer& sealer,
                                        const std::string& tenant, const std::string& report_id,
                                        bundle::Commitments& open, absl::Time deadline);

// False when the audit commits to something else.
absl::StatusOr<bool> OpenContact(const sealing::DataKey& key, const std::string& tenant,
                                 const StoredContact& row, bundle::Commitments& open,
                                 mamori::v1::CommittedContent& content);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_EXPORTED_CONTENT_H_
