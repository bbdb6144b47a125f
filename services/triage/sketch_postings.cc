#include "services/triage/sketch_postings.h"

#include <algorithm>

namespace mamori::triage {
namespace {

constexpr int kHashBits = 32;

int CountOf(const Sketch& sketch) {
  return static_cast<int>(std::lower_bound(sketch.begin(), sketch.end(), kNoGram) - sketch.begin());
}

}  // namespace

SketchPostings::SketchPostings(const std::vector<Sketch>& sketches) {
  const size_t reports = std::min(sketches.size(), kMaxReports);
  std::vector<uint64_t> all;  // hash, then report
  all.reserve(reports * kSketchSize);
  largest_.reserve(reports);
  counts_.reserve(reports);
  for (size_t report = 0; report < reports; ++report) {
    const Sketch& sketch = sketches[report];
    const int count = CountOf(sketch);
    for (int i = 0; i < count; ++i) all.push_back(uint64_t{sketch[i]} << kReportBits | report);
    largest_.push_back(sketch.back());
    counts_.push_back(static_cast<uint8_t>(count));
  }
  std::sort(all.begin(), all.end());
  postings_.reserve(all.size());
  buckets_.assign((size_t{1} << kBucketBits) + 1, 0);
  for (const uint64_t one : all) {
    ++buckets_[(one >> kHashBits) + 1];
    postings_.push_back(static_cast<uint32_t>(one));
  }
  for (size_t i = 1; i < buckets_.size(); ++i) buckets_[i] += buckets_[i - 1];
}

std::vector<SketchPostings::Hit> SketchPostings::Find(const Sketch& sketch, int least) const {
  std::vector<uint8_t> shared(counts_.size());
  std::vector<uint32_t> enough;
  const int count = CountOf(sketch);
  for (int i = 0; i < count; ++i) {
    const uint64_t from = uint64_t{sketch[i]} << kReportBits;
    const size_t bucket = from >> kHashBits;
    const auto end = postings_.begin() + buckets_[bucket + 1];
    const auto rest = static_cast<uint32_t>(from);
    for (auto at = std::lower_bound(postings_.begin() + buckets_[bucket], end, rest);
         at != end && (*at ^ rest) < kMaxReports; ++at) {
      const uint32_t report = *at & (kMaxReports - 1);
      if (++shared[report] == least) enough.push_back(report);
    }
  }
  std::vector<Hit> hits;
  hits.reserve(enough.size());
  for (const uint32_t report : enough) {
    const uint32_t both = std::min(sketch.back(), largest_[report]);
    const auto mine = static_cast<int>(
        std::upper_bound(sketch.begin(), sketch.begin() + count, both) - sketch.begin());
    const double part = (1.0 + both) / (1.0 + largest_[report]);
    const int theirs =
        std::max<int>(shared[report], static_cast<int>(counts_[report] * part + 0.5));
    hits.push_back({report, {.shared = shared[report], .of = std::min(mine, theirs)}});
  }
  return hits;
}

}  // namespace mamori::triage
