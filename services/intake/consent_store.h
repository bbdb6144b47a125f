// What reporters decided about their consultations.
#ifndef MAMORI_SERVICES_INTAKE_CONSENT_STORE_H_
#define MAMORI_SERVICES_INTAKE_CONSENT_STORE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mamori/v1/event.pb.h"
#include "services/intake/reporter_row.h"
#include "services/intake/reporter_store.h"

namespace mamori::intake {

// Errors are those of common/db besides what is named. `deadline` bounds each call. Thread safe.
class ConsentStore {
 public:
  virtual ~ConsentStore() = default;

  // The newest decision; version 0 before the first. DATA_LOSS when one is not believed, or when
  // the audit tells of a newer one.
  virtual absl::StatusOr<ConsentRow> FindConsent(const std::string& tenant,
                                                 const std::string& report_id,
                                                 absl::Time deadline) = 0;
  // What is in force afterwards. Nothing is written and nothing leaves when it is so already.
  // `event` leaves with a new decision and gets its version. NOT_FOUND; FAILED_PRECONDITION
  // (STATE_NOT_ALLOWED) for what is no consultation, and for giving after a withdrawal of the
  // report.
  virtual absl::StatusOr<ConsentRow> Decide(const ReporterAct& act, bool given,
                                            const mamori::v1::Event& event,
                                            absl::Time deadline) = 0;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_CONSENT_STORE_H_
