// What the audit of a case commits to, opened for an evidence bundle.
#ifndef MAMORI_SERVICES_TRIAGE_CASE_DOCUMENTS_H_
#define MAMORI_SERVICES_TRIAGE_CASE_DOCUMENTS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/bundle/commitments.h"
#include "common/sealing/sealer.h"
#include "mamori/v1/bundle.pb.h"
#include "services/triage/bundle_store.h"

namespace mamori::triage {

// Gives what `open` commits to, in the order of its entries, one at a time, and says what else of
// it is not there. Takes out of `open` what it finds. Errors of `take` are returned.
absl::StatusOr<std::vector<mamori::v1::WithheldContent>> WriteCommitted(
    const sealing::Sealer& sealer, const std::string& tenant, const std::string& case_name,
    const std::vector<CommittedRow>& rows, bundle::Commitments& open, absl::Time deadline,
    const std::function<absl::Status(const mamori::v1::CommittedContent&)>& take);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASE_DOCUMENTS_H_
