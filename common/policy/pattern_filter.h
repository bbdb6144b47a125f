// Which of many patterns may match in a text, by the letters that they need. Pure.
#ifndef MAMORI_COMMON_POLICY_PATTERN_FILTER_H_
#define MAMORI_COMMON_POLICY_PATTERN_FILTER_H_

#include <re2/filtered_re2.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/policy/pattern_pool.h"
#include "common/text/literal_set.h"

namespace mamori::policy {

// Immutable once compiled, then thread safe.
class PatternFilter {
 public:
  // The number of the pattern, the same for the same source. It has been checked. What is compiled
  // here is given to `pool`.
  int Add(const std::string& source, PatternPool& pool);
  void Compile();

  int size() const { return static_cast<int>(ids_.size()); }
  // The numbers of those that may match somewhere in the folded `text`, ascending: all others do
  // not.
  std::vector<int> MayMatch(std::string_view text) const;

 private:
  std::shared_ptr<re2::FilteredRE2> patterns_ = std::make_shared<re2::FilteredRE2>();
  std::map<std::string, int, std::less<>> ids_;
  text::LiteralSet letters_;
  size_t letter_count_ = 0;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_PATTERN_FILTER_H_
