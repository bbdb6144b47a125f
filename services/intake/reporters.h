// The verbs of those whom nobody is to know. Blocking.
#ifndef MAMORI_SERVICES_INTAKE_REPORTERS_H_
#define MAMORI_SERVICES_INTAKE_REPORTERS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/reporter_service.pb.h"
#include "services/intake/backlog_gate.h"
#include "services/intake/flood_control.h"
#include "services/intake/group_commit.h"
#include "services/intake/receipt_keys.h"
#include "services/intake/receipt_store.h"
#include "services/intake/sealing_keys.h"

namespace mamori::intake {

class Reporters {
 public:
  struct Dependencies {
    GroupCommit& writer;
    const ContentSeal& seal;
    const BacklogGate& gate;
    ReceiptStore& receipts;
    const ReceiptKeys& keys;
    FloodControl& flood;
    const SealingKeys& sealing;
    const time::Clock& clock;
    id::IdSource& ids;
  };
  explicit Reporters(Dependencies dependencies) : d_(dependencies) {}

  absl::StatusOr<v1::SubmitAnonymousReportResponse> Submit(
      const server::CallContext& call, const v1::SubmitAnonymousReportRequest& request);
  absl::Status RotateReceipt(const server::CallContext& call,
                             const v1::RotateReceiptRequest& request);

 private:
  absl::StatusOr<v1::SubmitAnonymousReportResponse> SubmitOpen(
      const server::CallContext& call, const v1::SubmitAnonymousReportRequest& request);
  // What the report becomes: told by day, and of nobody.
  absl::StatusOr<NewReport> Prepare(const server::CallContext& call, const std::string& receipt,
                                    const mamori::v1::Report& report);

  const Dependencies d_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORTERS_H_
