// Records who read what, without keeping the readers waiting for a commit.
#ifndef MAMORI_COMMON_AUDIT_READS_H_
#define MAMORI_COMMON_AUDIT_READS_H_

#include <deque>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/time/clock.h"

namespace mamori::audit {

class ReadLog {
 public:
  virtual ~ReadLog() = default;
  // Call before the answer leaves; on an error it must not. Never blocks. RESOURCE_EXHAUSTED when
  // the database takes no records: then nothing is read either.
  virtual absl::Status Record(std::vector<Entry> entries) = 0;
};

// A read is in the audit a moment after it was answered: what a kill -9 leaves open is one
// `RunOnce`, and it is said in common/audit/README.md. Thread safe.
class Reads final : public ReadLog {
 public:
  static constexpr size_t kMaxWaiting = 20000;
  static constexpr size_t kMaxPerGroup = 500;

  Reads(db::Transactor& transactor, const Journal& journal, const time::Clock& clock)
      : transactor_(transactor), journal_(journal), clock_(clock) {}

  absl::Status Record(std::vector<Entry> entries) override;

  // Writes what waits, one row for up to kMaxPerGroup reads. Returns whether there was any.
  absl::StatusOr<bool> RunOnce();

 private:
  db::Transactor& transactor_;
  const Journal& journal_;
  const time::Clock& clock_;
  std::mutex mu_;
  std::deque<Entry> waiting_;
};

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_READS_H_
