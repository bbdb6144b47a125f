// The sketches of a tenant's newest reports in memory, read on first use and kept up to date from
// the store. All but the very newest are kept by hash: finding what shares some takes a fraction of
// a millisecond.
#ifndef MAMORI_SERVICES_TRIAGE_SKETCH_INDEX_H_
#define MAMORI_SERVICES_TRIAGE_SKETCH_INDEX_H_

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "services/triage/sketch_postings.h"
#include "services/triage/sketch_store.h"

namespace mamori::triage {

class SketchIndex {
 public:
  struct Options {
    size_t max_reports = 200'000;  // of a tenant, the newest: 280 bytes each
    // A transaction may commit later than it took its time, by the time that an event may take (4
    // s) and what two clocks differ: what may still come between others is read again.
    absl::Duration overlap = absl::Seconds(30);
  };
  SketchIndex(SketchStore& store, const time::Clock& clock, Options options)
      : store_(store), clock_(clock), options_(options) {}

  struct Found {
    id::Id report_id;
    double score = 0;  // what is contained at least, with fair certainty
  };
  // At most `limit` reports other than `report_id` whose sketches share most with `sketch`, best
  // first. Some may have been erased since. Thread safe.
  absl::StatusOr<std::vector<Found>> Find(const std::string& tenant, const id::Id& report_id,
                                          const Sketch& sketch, size_t limit, absl::Time deadline);

 private:
  using ReportId = std::array<char, 16>;  // an id::Id would stand on the heap
  // Of one size, so that a growing index copies nothing.
  struct Block {
    std::vector<ReportId> report_ids;
    SketchPostings postings;
  };
  struct Tenant {
    std::mutex mu;
    std::vector<Block> blocks;  // full ones, oldest first
    // The newest, until they are a block.
    std::vector<ReportId> report_ids;
    std::vector<Sketch> sketches;
    absl::Time newest = absl::UnixEpoch();
    // Nothing comes before it any more; grows only.
    absl::Time settled = absl::UnixEpoch();
    // The newest when everything was last read, at `read_at` (monotonic): settled an overlap later.
    absl::Time read_to = absl::UnixEpoch();
    absl::Duration read_at = -absl::InfiniteDuration();
    // Those since `settled`, which are read again and again.
    std::map<id::Id, absl::Time> recent;
  };

  Tenant& Of(const std::string& tenant);
  absl::Status Refresh(const std::string& name, Tenant& tenant, absl::Time deadline);
  absl::Time Newest(const Tenant& tenant) const;
  void Settle(absl::Time until, Tenant& tenant) const;
  void Add(const SketchRow& row, Tenant& tenant) const;
  size_t BlockSize() const;

  SketchStore& store_;
  const time::Clock& clock_;
  const Options options_;
  std::mutex mu_;
  std::map<std::string, std::unique_ptr<Tenant>> tenants_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SKETCH_INDEX_H_
