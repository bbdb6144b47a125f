// Applies many independent items in few transactions, so that one bad item never fails its
// neighbours.
#ifndef MAMORI_COMMON_DB_BATCH_H_
#define MAMORI_COMMON_DB_BATCH_H_

#include <cstddef>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/db/sql_error.h"

namespace mamori::db {

// True when `status` says something about the database or the time that is left, and nothing about
// the items: trying the halves would only repeat it.
bool FailsWholeBatch(const absl::Status& status);

// Calls apply(first, count) for ranges of [0, size), each call one transaction that takes effect
// wholly or not at all. Begins with everything; a range that fails is halved until the bad items
// stand alone. A failure of the kind FailsWholeBatch ends it: it is given to every item not settled
// by then. Returns one status per item. Items are applied in their order.
std::vector<absl::Status> ApplyRanges(
    size_t size, absl::FunctionRef<absl::Status(size_t first, size_t count)> apply);

template <typename Item>
std::vector<absl::Status> ApplyBatch(absl::Span<Item> items,
                                     absl::FunctionRef<absl::Status(absl::Span<Item>)> apply) {
  return ApplyRanges(
      items.size(), [&](size_t first, size_t count) { return apply(items.subspan(first, count)); });
}

}  // namespace mamori::db

#endif  // MAMORI_COMMON_DB_BATCH_H_
