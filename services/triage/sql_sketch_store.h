// SketchStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_SKETCH_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_SKETCH_STORE_H_

#include <map>
#include <string>
#include <vector>

#include "common/db/transaction.h"
#include "services/triage/sketch_store.h"

namespace mamori::triage {

class SqlSketchStore final : public SketchStore {
 public:
  explicit SqlSketchStore(db::Transactor& transactor) : transactor_(transactor) {}

  absl::StatusOr<std::vector<SketchRow>> ListSince(std::string_view tenant, absl::Time from,
                                                   const std::optional<Position>& after, int limit,
                                                   absl::Time deadline) override;
  absl::StatusOr<std::map<id::Id, Place>> FindPlaces(std::string_view tenant,
                                                     const std::vector<id::Id>& report_ids,
                                                     absl::Time deadline) override;

 private:
  db::Transactor& transactor_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_SKETCH_STORE_H_
