// Makes content unreadable for good, in every copy and backup of it: what is destroyed is its key.
#ifndef MAMORI_COMMON_SEALING_ERASER_H_
#define MAMORI_COMMON_SEALING_ERASER_H_

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/transaction.h"
#include "common/sealing/erasure_key_store.h"
#include "common/time/clock.h"

namespace mamori::sealing {

// Adds to the list of what was erased that a service keeps in its own database (`erased_key`), as
// part of the transaction that decides it. Then Eraser.Erase.
absl::Status ListErased(db::Tx& tx, const std::vector<std::string>& key_ids, absl::Time now);

// Each erasure stands in three lists: the service's own database's, the key store's, and a file
// where one is configured. Whichever of them a restore sets back, the others make it good before
// anything is served. Thread safe.
class Eraser {
 public:
  // `file` is empty for none.
  Eraser(ErasureKeyStore& store, std::string file, const time::Clock& clock)
      : store_(store), file_(std::move(file)), clock_(clock) {}

  // After it has returned OK nobody opens what was sealed with `key_ids`, which stand in the
  // service's own list. On an error FinishErasures does the rest as soon as it can, and Replay at
  // the next start; it may be called again.
  absl::Status Erase(const std::vector<std::string>& key_ids, absl::Time deadline);

  // Does what Erase could not: OK when nothing is left.
  absl::Status FinishErasures(absl::Time deadline);

  // Does every erasure again that the key store has not or no longer. `own` is the service's own
  // database, whose list afterwards has whatever stands in one of them: by it the service finds
  // what a restore brought back. Returns how many there were to do.
  absl::StatusOr<int64_t> Replay(db::Transactor& own);

 private:
  // In the file first: what is erased is listed, whenever the process ends.
  absl::Status List(const std::vector<std::string>& key_ids);
  absl::Status Append(const std::vector<std::string>& key_ids) const;
  absl::StatusOr<std::vector<std::string>> ReadFile() const;
  // Adds to the service's own list what it has not.
  absl::Status ListIn(db::Transactor& own, const std::vector<std::string>& key_ids) const;
  absl::StatusOr<int64_t> EraseAgain(const std::vector<std::string>& key_ids);

  ErasureKeyStore& store_;
  const std::string file_;
  const time::Clock& clock_;

  std::mutex mu_;
  std::map<std::string, bool> waiting_;  // until the key store erases them; whether the file has it
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_ERASER_H_
