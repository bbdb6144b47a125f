// Sketches of some thousand reports turned round: for each hash, which reports have it. What shares
// hashes with a sketch is found by looking those few up, without reading the others. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_SKETCH_POSTINGS_H_
#define MAMORI_SERVICES_TRIAGE_SKETCH_POSTINGS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/triage/text_sketch.h"

namespace mamori::triage {

// As large as the sketches themselves: four bytes a hash. Immutable and thread safe.
class SketchPostings {
 public:
  static constexpr int kReportBits = 12;
  static constexpr size_t kMaxReports = size_t{1} << kReportBits;

  // At most kMaxReports; those beyond are left out.
  explicit SketchPostings(const std::vector<Sketch>& sketches);

  struct Hit {
    size_t report = 0;  // its place in what was given
    // `shared` is exact. `of` takes the report's hashes to be spread evenly below its largest, as
    // hashes are: they are not kept together.
    SketchOverlap overlap;
  };
  // Those that share at least `least` hashes with `sketch`, in no order.
  std::vector<Hit> Find(const Sketch& sketch, int least) const;

 private:
  // What of a hash chooses its bucket; the rest stands in the posting.
  static constexpr int kBucketBits = kReportBits;

  std::vector<uint32_t> buckets_;   // where each begins in `postings_`, and the end
  std::vector<uint32_t> postings_;  // the rest of a hash, then the report; ascending in its bucket
  std::vector<uint32_t> largest_;   // by report: up to here it tells all that it has
  std::vector<uint8_t> counts_;     // by report: of its hashes
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SKETCH_POSTINGS_H_
