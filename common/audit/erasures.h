// Which erasures somebody decided, from the chain of what was disposed of.
#ifndef MAMORI_COMMON_AUDIT_ERASURES_H_
#define MAMORI_COMMON_AUDIT_ERASURES_H_

#include <string_view>

#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/sealing/sealer.h"
#include "common/telemetry/telemetry.h"

namespace mamori::audit {

// Counts and logs what nobody decided as mamori_audit_refused_total{what="erasure"}. Thread safe.
class Erasures final : public sealing::ErasureProof {
 public:
  Erasures(db::Transactor& transactor, Authenticator authenticator,
           telemetry::Telemetry& telemetry);

  bool IsDecided(sealing::Owner owner, std::string_view id, absl::Time deadline) const override;

 private:
  db::Transactor& transactor_;
  const Authenticator authenticator_;
  telemetry::Telemetry& telemetry_;
};

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_ERASURES_H_
