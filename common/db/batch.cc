#include "common/db/batch.h"

#include <optional>
#include <utility>

namespace mamori::db {

bool FailsWholeBatch(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kResourceExhausted:
      return true;
    case absl::StatusCode::kAborted:
      return IsRerunnable(
          status);  // the server's conflict; one that the body made (an etag) is its item's own
    default:
      return false;
  }
}

std::vector<absl::Status> ApplyRanges(
    size_t size, absl::FunctionRef<absl::Status(size_t first, size_t count)> apply) {
  std::vector<absl::Status> results(size);
  // A stack of ranges to apply, the first on top: depth is at most log2(size) + 1.
  std::vector<std::pair<size_t, size_t>> ranges;
  if (size > 0) ranges.emplace_back(0, size);
  absl::Status outage;
  while (!ranges.empty()) {
    const auto [first, count] = ranges.back();
    ranges.pop_back();
    const absl::Status status = outage.ok() ? apply(first, count) : outage;
    if (status.ok()) continue;
    if (FailsWholeBatch(status)) outage = status;
    if (count > 1 && outage.ok()) {
      const size_t half = count / 2;
      ranges.emplace_back(first + half, count - half);
      ranges.emplace_back(first, half);
      continue;
    }
    for (size_t i = first; i < first + count; ++i) results[i] = status;
  }
  return results;
}

}  // namespace mamori::db
