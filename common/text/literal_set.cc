#include "common/text/literal_set.h"

#include <algorithm>
#include <numeric>

namespace mamori::text {

LiteralSet::LiteralSet(const std::vector<std::string>& literals) : nodes_(1), bytes_(1) {
  roots_.fill(kNone);
  std::vector<size_t> sorted(literals.size());
  std::iota(sorted.begin(), sorted.end(), size_t{0});
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](size_t a, size_t b) { return literals[a] < literals[b]; });
  // Those of `sorted` whose first bytes lead to a node; nodes are made level by level, so that the
  // children of each stand together.
  struct Range {
    size_t begin, end;
  };
  std::vector<Range> ranges = {{0, sorted.size()}};
  size_t level_end = 1;
  for (size_t node = 0, depth = 0; node < nodes_.size(); ++node) {
    if (node == level_end) {
      ++depth;
      level_end = nodes_.size();
    }
    auto [begin, end] = ranges[node];
    for (; begin < end && literals[sorted[begin]].size() == depth; ++begin) {
      if (depth > 0) nodes_[node].index = static_cast<int32_t>(sorted[begin]);
    }
    nodes_[node].first_child = static_cast<uint32_t>(nodes_.size());
    while (begin < end) {
      const char byte = literals[sorted[begin]][depth];
      const size_t from = begin;
      while (begin < end && literals[sorted[begin]][depth] == byte) ++begin;
      ++nodes_[node].children;
      nodes_.emplace_back();
      bytes_.push_back(static_cast<unsigned char>(byte));
      ranges.push_back({from, begin});
    }
  }
  for (uint32_t i = 0; i < nodes_[0].children; ++i) {
    roots_[bytes_[nodes_[0].first_child + i]] = nodes_[0].first_child + i;
  }
}

}  // namespace mamori::text
