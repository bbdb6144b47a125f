// Epoch keys in the key store (deploy/db/migrations/keys).
#ifndef MAMORI_COMMON_SEALING_SQL_EPOCH_STORE_H_
#define MAMORI_COMMON_SEALING_SQL_EPOCH_STORE_H_

#include <optional>
#include <string>
#include <string_view>

#include "common/db/transaction.h"
#include "common/sealing/epoch_store.h"
#include "common/time/clock.h"

namespace mamori::sealing {

class SqlEpochStore final : public EpochStore {
 public:
  SqlEpochStore(db::Transactor& transactor, const time::Clock& clock)
      : transactor_(transactor), clock_(clock) {}

  absl::StatusOr<std::optional<std::string>> Find(std::string_view epoch_id,
                                                  std::string_view tenant) override;
  absl::StatusOr<std::string> Add(std::string_view epoch_id, std::string_view tenant,
                                  std::string_view wrapped) override;

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_SQL_EPOCH_STORE_H_
