#include "common/audit/reads.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/status/errors.h"

namespace mamori::audit {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);
constexpr absl::Duration kRetryAfter = absl::Seconds(1);

}  // namespace

absl::Status Reads::Record(std::vector<Entry> entries) {
  std::lock_guard lock(mu_);
  if (waiting_.size() + entries.size() > kMaxWaiting) return status::Overloaded(kRetryAfter);
  std::move(entries.begin(), entries.end(), std::back_inserter(waiting_));
  return absl::OkStatus();
}

absl::StatusOr<bool> Reads::RunOnce() {
  std::vector<Entry> batch;
  {
    std::lock_guard lock(mu_);
    const size_t count = std::min(waiting_.size(), kMaxPerGroup);
    batch.assign(std::make_move_iterator(waiting_.begin()),
                 std::make_move_iterator(waiting_.begin() + count));
    waiting_.erase(waiting_.begin(), waiting_.begin() + count);
  }
  if (batch.empty()) return false;
  // After an unknown COMMIT a read stands there twice rather than not at all.
  const absl::Status written =
      transactor_.Run({.deadline = clock_.Now() + kTimeout, .settles_unknown_commit = true},
                      [&](db::Tx& tx) { return journal_.BeginEach(tx, batch).status(); });
  if (written.ok()) return true;
  std::lock_guard lock(mu_);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(batch.begin()),
                  std::make_move_iterator(batch.end()));
  return written;
}

}  // namespace mamori::audit
