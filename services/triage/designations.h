// Who may read whistleblowers' cases, as read from the database a moment ago.
#ifndef MAMORI_SERVICES_TRIAGE_DESIGNATIONS_H_
#define MAMORI_SERVICES_TRIAGE_DESIGNATIONS_H_

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "services/triage/access_gate.h"
#include "services/triage/access_seal.h"

namespace mamori::triage {

// Thread safe.
class Designations final : public HandlerDirectory {
 public:
  // `duty_version` is that of the duties in force.
  Designations(db::Transactor& transactor, const AccessSeal& seal, const time::Clock& clock,
               std::string duty_version)
      : transactor_(transactor),
        seal_(seal),
        clock_(clock),
        duty_version_(std::move(duty_version)) {}

  // Nobody, once what was read is older than an allow may be: 5 s.
  bool IsDesignated(const std::string& tenant, const std::string& person) const override;

  // Reads all who are believed. For a Periodic; there is never more to do.
  absl::StatusOr<bool> RunOnce();

 private:
  using Handler = std::pair<std::string, std::string>;  // tenant, person

  db::Transactor& transactor_;
  const AccessSeal& seal_;
  const time::Clock& clock_;
  const std::string duty_version_;
  mutable std::mutex mu_;
  std::set<Handler> handlers_;
  absl::Time read_ = absl::InfinitePast();
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DESIGNATIONS_H_
