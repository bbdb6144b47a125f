// Who takes part in a dialogue, and from which side.
#ifndef MAMORI_SERVICES_INTAKE_DIALOGUE_PARTIES_H_
#define MAMORI_SERVICES_INTAKE_DIALOGUE_PARTIES_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/client/access_checker.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "mamori/intake/v1/dialogue_service.pb.h"
#include "services/intake/receipt_keys.h"
#include "services/intake/receipt_store.h"
#include "services/intake/report_access.h"
#include "services/intake/reporter_gate.h"
#include "services/intake/reporter_store.h"

namespace mamori::intake {

struct Party {
  std::string tenant;
  std::string report_id;
  v1::MessageSide side = v1::MESSAGE_SIDE_UNSPECIFIED;
  std::string person;  // empty by receipt
  std::string caller;  // the application; empty by receipt
  ReporterRole role = ReporterRole::kNone;

  bool by_receipt() const { return person.empty(); }
  // How the marks name whoever reads: the reporter's side is one, whoever it is.
  const std::string& reader() const {
    static const std::string* const kReporter = new std::string();
    return side == v1::MESSAGE_SIDE_REPORTER ? *kReporter : person;
  }
};

class DialogueParties {
 public:
  struct Dependencies {
    ReceiptStore& receipts;
    const ReceiptKeys& receipt_keys;
    ReporterStore& reporters;
    ReporterGate& gate;
    client::AccessChecker& access;
    // Asks the same checker.
    const ReportAccess& reports;
  };
  explicit DialogueParties(Dependencies dependencies) : d_(dependencies) {}

  // `receipt` is a valid one. NOT_FOUND.
  absl::StatusOr<Party> ByReceipt(const server::CallContext& call, const std::string& receipt);
  // `report` is a valid name. NOT_FOUND for everyone who may not see the report, whatever the
  // reason.
  absl::StatusOr<Party> ByToken(const server::CallContext& call, const std::string& report);
  // As ByToken, and NOT_FOUND unless it is the person's own report. Whoever reported for somebody
  // else takes part only as long as the case does not keep them out.
  absl::StatusOr<Party> Reporter(const server::CallContext& call, const std::string& report);

 private:
  // Of whoever reported for somebody else. UNAVAILABLE while it cannot be known.
  absl::Status CheckNotKeptOut(const server::CallContext& call, const id::Id& report_id);

  const Dependencies d_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_DIALOGUE_PARTIES_H_
