// Applies each event once and in order, whatever is delivered: table `inbox` holds, per source and
// subject, the last sequence applied, written in the same transaction as the effect.
#ifndef MAMORI_COMMON_OUTBOX_INBOX_H_
#define MAMORI_COMMON_OUTBOX_INBOX_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "mamori/v1/event.pb.h"

namespace mamori::outbox {

// What is to be done with one event of a batch.
enum class Admission {
  kApply,      // the next of its subject: make its effect in this transaction
  kDuplicate,  // applied before (or a copy within the batch): answer OK, do nothing
  kGap,        // an earlier one is missing: answer EventGap(), do nothing
};

// Decides for a batch and moves the subjects' last sequences on, for all that are kApply, in `tx`.
// Locks the subjects' rows (in order of their keys), so of two concurrent batches one waits for the
// other. Events of one subject stand in their order within the batch. The effects of kApply are
// made in the same `tx`; if one of them cannot be, the whole transaction fails and ApplyBatch
// (common/db/batch.h) splits the batch.
absl::StatusOr<std::vector<Admission>> Admit(db::Tx& tx,
                                             const std::vector<const mamori::v1::Event*>& events,
                                             absl::Time now);

}  // namespace mamori::outbox

#endif  // MAMORI_COMMON_OUTBOX_INBOX_H_
