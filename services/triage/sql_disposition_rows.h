// The statements on certificates of what was disposed of.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_DISPOSITION_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_DISPOSITION_ROWS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/audit/entry.h"
#include "common/db/tx.h"
#include "common/id/id.h"
#include "mamori/triage/v1/retention_service.pb.h"
#include "mamori/triage/v1/two_person_service.pb.h"

namespace mamori::triage {

// What was disposed of: the chain of the audit that goes on with the certificate.
struct Disposed {
  audit::Kind kind = audit::Kind::kNone;
  std::string_view tenant;
  std::string_view id;
};

// By whom and by which act.
void NameAct(const v1::TwoPersonAct& act, v1::Disposition& certificate);

// Keeps the certificate; what the audit's entry commits to it with.
absl::StatusOr<std::string> InsertDisposition(db::Tx& tx, const Disposed& disposed,
                                              const v1::Disposition& certificate);
// As it is stored. NOT_FOUND.
absl::StatusOr<v1::Disposition> SelectDisposition(db::Tx& tx, const Disposed& disposed);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_DISPOSITION_ROWS_H_
