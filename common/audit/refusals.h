// Records who was refused what, without keeping anybody waiting.
#ifndef MAMORI_COMMON_AUDIT_REFUSALS_H_
#define MAMORI_COMMON_AUDIT_REFUSALS_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"

namespace mamori::audit {

// A call that was refused. Names, never content, and not what was asked for: whoever may read the
// audit need not know that it exists.
struct Refusal {
  std::string action;  // the method's own name
  std::string code;    // "NOT_FOUND"
  std::string tenant;  // empty when it is not known
  Who who;             // what of it was proved before the refusal

  auto Key() const { return std::tie(action, code, tenant, who.caller, who.person); }
  bool operator<(const Refusal& other) const { return Key() < other.Key(); }
};

// Refusals of one kind that come together are one entry, with their number: whoever is refused
// without end does not fill the audit. What a kill -9 leaves open is one `RunOnce`. Thread safe.
class Refusals {
 public:
  // Kinds waiting; others are counted in mamori_refusals_dropped_total and left out.
  static constexpr size_t kMaxWaiting = 2000;
  static constexpr size_t kMaxPerGroup = 500;

  Refusals(db::Transactor& transactor, const Journal& journal, const time::Clock& clock,
           id::IdSource& ids, telemetry::Telemetry& telemetry);

  // Never blocks longer than it takes to count.
  void Record(Refusal refusal);

  // Writes what waits. Returns whether there was any.
  absl::StatusOr<bool> RunOnce();

 private:
  using Counted = std::map<Refusal, int64_t>;
  void PutBack(const Counted& batch);
  // False, and the refusals are dropped, when too many kinds wait.
  bool Add(const Refusal& refusal, int64_t count);

  db::Transactor& transactor_;
  const Journal& journal_;
  const time::Clock& clock_;
  id::IdSource& ids_;
  telemetry::Telemetry& telemetry_;
  std::mutex mu_;
  Counted waiting_;
};

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_REFUSALS_H_
