// Where sketches are kept.
#ifndef MAMORI_SERVICES_TRIAGE_SKETCH_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SKETCH_STORE_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "services/triage/text_sketch.h"

namespace mamori::triage {

struct SketchRow {
  id::Id report_id;
  absl::Time create_time;
  Sketch sketch;
};

class SketchStore {
 public:
  virtual ~SketchStore() = default;

  struct Position {
    absl::Time create_time;
    id::Id report_id;
  };
  // At most `limit` of those from `from` on, oldest first, after `after` where there is one.
  virtual absl::StatusOr<std::vector<SketchRow>> ListSince(std::string_view tenant, absl::Time from,
                                                           const std::optional<Position>& after,
                                                           int limit, absl::Time deadline) = 0;

  // Those of the reports that still have a sketch or tell of an actor, with the case that has each
  // now.
  struct Place {
    id::Id case_id;
    absl::Time create_time;
  };
  virtual absl::StatusOr<std::map<id::Id, Place>> FindPlaces(std::string_view tenant,
                                                             const std::vector<id::Id>& report_ids,
                                                             absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SKETCH_STORE_H_
