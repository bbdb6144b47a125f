// Finds where a rule of the policy speaks in a text. Pure; the facts of the report are the
// assessment's matter.
#ifndef MAMORI_COMMON_POLICY_RULE_MATCHER_H_
#define MAMORI_COMMON_POLICY_RULE_MATCHER_H_

#include <re2/re2.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/policy/check.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// A passage of a text, in bytes.
struct Span {
  size_t begin = 0;
  size_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

// True when the gate asks for any fact at all.
bool AsksAnything(const v1::FactGate& facts);

// How all patterns are read: UTF-8, case-insensitive, `.` stays within a line, bounded memory.
RE2::Options PatternOptions();

// What is wrong with the patterns and exceptions of `rule`, at the proto path `at`.
std::vector<Problem> PatternProblems(const v1::Rule& rule, const std::string& at);

// The sentence that holds [span.begin, span.end): it ends after 。 ！ ？ ! ? a line end, or a full
// stop that white space or the text's end follows.
Span SentenceAround(std::string_view text, const Span& span);

// Immutable and thread safe. The rule's patterns compile: Check() has seen it.
class RuleMatcher {
 public:
  // Passages kept per rule; more say nothing new.
  static constexpr size_t kMaxSpans = 16;

  explicit RuleMatcher(const v1::Rule& rule);

  // Where the patterns match and no exception matches in the same sentence: ascending, without
  // overlap, at most kMaxSpans. Empty for a rule without patterns.
  std::vector<Span> Find(std::string_view text) const;

 private:
  bool IsVoid(std::string_view text, const Span& span) const;
  void FindOne(const RE2& pattern, std::string_view text, std::vector<Span>& spans) const;

  std::vector<std::unique_ptr<const RE2>> patterns_;
  std::vector<std::unique_ptr<const RE2>> exceptions_;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_RULE_MATCHER_H_
