// Compiled patterns of a policy.
#ifndef MAMORI_COMMON_POLICY_PATTERNS_H_
#define MAMORI_COMMON_POLICY_PATTERNS_H_

#include <google/protobuf/repeated_ptr_field.h>
#include <re2/re2.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/policy/pattern_pool.h"
#include "common/policy/slots.h"
#include "common/text/span.h"

namespace mamori::policy {

// Some patterns, one of which has to match. Compiled when they are first needed: of hundreds of
// rules a report needs few. Immutable and thread safe.
class Patterns {
 public:
  Patterns(const google::protobuf::RepeatedPtrField<std::string>& patterns, const Slots& slots);

  bool empty() const { return state_->sources.empty(); }
  int size() const { return static_cast<int>(state_->sources.size()); }
  // True when one of them matches somewhere in `text`.
  bool Match(std::string_view text) const;
  // Adds all matches of all of them that lie in `window`, those of one pattern ascending and apart;
  // the work on a hostile text is bounded.
  void FindAll(std::string_view text, const text::Span& window,
               std::vector<text::Span>& spans) const;
  // The same of one of them.
  void FindAll(int pattern, std::string_view text, const text::Span& window,
               std::vector<text::Span>& spans) const;

 private:
  struct State {
    std::vector<std::string> sources;
    std::once_flag once;
    std::shared_ptr<PatternPool> pool;
    std::vector<std::shared_ptr<const RE2>> compiled;
  };
  const std::vector<std::shared_ptr<const RE2>>& Compiled() const;

  std::unique_ptr<State> state_;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_PATTERNS_H_
