#include "common/policy/check_rules.h"

#include <google/protobuf/repeated_ptr_field.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/policy/check_ids.h"
#include "common/policy/guards.h"
#include "common/policy/problem_list.h"
#include "common/policy/report_text.h"
#include "common/policy/rule_matcher.h"
#include "common/policy/slots.h"
#include "common/worker/in_parallel.h"

namespace mamori::policy {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

constexpr int kMaxLowers = 1000;
constexpr size_t kPatternsPerThread = 64;
constexpr size_t kRulesPerThread = 16;

// Calls `each(field, patterns)` for every field that holds patterns.
template <typename Each>
void ForPatternsOf(const v1::Guard& guard, Each each) {
  each("before", guard.before());
  each("after", guard.after());
  each("sentence", guard.sentence());
  each("anywhere", guard.anywhere());
}
template <typename Each>
void ForPatternsOf(const v1::Rule& rule, Each each) {
  each("patterns", rule.patterns());
  each("masked_patterns", rule.masked_patterns());
  each("exceptions", rule.exceptions());
  each("context", rule.context());
}

class PatternChecker : private ProblemList {
 public:
  explicit PatternChecker(const v1::Policy& policy) : policy_(policy), slots_(policy) {}

  std::vector<Problem> Run() {
    CompileAll();
    CheckSlots();
    CheckGuards();
    for (int i = 0; i < policy_.severity_lines_size(); ++i) {
      Compile(policy_.severity_lines(i).patterns(),
              absl::StrCat("severity_lines[", i, "].patterns"));
    }
    for (int i = 0; i < policy_.rules_size(); ++i) {
      CompileEach(policy_.rules(i), absl::StrCat("rules[", i, "]"));
    }
    // Examples are only tried when everything compiles: guards speak to all of them.
    if (problems_.empty()) CheckExamples();
    return std::move(problems_);
  }

 private:
  // Into the pool, on all cores: it is most of what a start takes.
  void CompileAll() {
    std::vector<const std::string*> patterns;
    const auto add = [&](const char*, const Strings& some) {
      for (const std::string& pattern : some) patterns.push_back(&pattern);
    };
    for (const v1::Guard& guard : policy_.guards()) ForPatternsOf(guard, add);
    for (const v1::Rule& rule : policy_.rules()) ForPatternsOf(rule, add);
    worker::InParallel(patterns.size(), kPatternsPerThread,
                       [&](size_t i) { slots_.pool()->Get(slots_.Expand(*patterns[i])); });
  }

  // A slot may name only those before it, which is how Slots reads them.
  void CheckSlots() {
    std::set<std::string> ids;
    for (int i = 0; i < policy_.slots_size(); ++i) {
      const v1::Slot& slot = policy_.slots(i);
      const std::string at = absl::StrCat("slots[", i, "]");
      Need(IsWordId(slot.id()), at + ".id", "want [a-z][a-z0-9_]*, at most 64 bytes");
      Need(ids.insert(slot.id()).second, at + ".id", "stands twice");
      CompileOne(slot.pattern(), at + ".pattern");
    }
  }

  void CheckGuards() {
    std::set<std::string> acts;
    for (const v1::Act& act : policy_.acts()) acts.insert(act.id());
    for (int i = 0; i < policy_.guards_size(); ++i) {
      const v1::Guard& guard = policy_.guards(i);
      const std::string at = absl::StrCat("guards[", i, "]");
      CompileEach(guard, at);
      for (int k = 0; k < guard.categories_size(); ++k) {
        Need(acts.count(guard.categories(k)) > 0, absl::StrCat(at, ".categories[", k, "]"),
             "is no act of this policy");
      }
      Need(guard.lowers() >= 0 && guard.lowers() <= kMaxLowers, at + ".lowers", "want 0 to 1,000");
      const bool places = guard.before_size() + guard.after_size() + guard.sentence_size() > 0;
      if (guard.lowers() > 0) {
        Need(guard.anywhere_size() > 0 && !places, at, "a guard that lowers has `anywhere` alone");
      } else {
        Need(places || guard.anywhere_size() > 0, at, "wants at least one pattern");
        Need(!AsksAnything(guard.facts()), at + ".facts", "a guard that voids asks for no facts");
      }
      Need(!guard.reason_ja().empty(), at + ".reason_ja", "is required");
      Need(!guard.reason_en().empty(), at + ".reason_en", "is required");
    }
  }

  template <typename GuardOrRule>
  void CompileEach(const GuardOrRule& one, const std::string& at) {
    ForPatternsOf(one, [&](const char* field, const Strings& patterns) {
      Compile(patterns, absl::StrCat(at, ".", field));
    });
  }

  void Compile(const Strings& patterns, const std::string& at) {
    for (int i = 0; i < patterns.size(); ++i) {
      CompileOne(patterns[i], absl::StrCat(at, "[", i, "]"));
    }
  }

  void CompileOne(const std::string& pattern, const std::string& at) {
    std::string unknown;
    const std::string expanded = slots_.Expand(pattern, &unknown);
    if (!unknown.empty()) {
      problems_.push_back({at, absl::StrCat("names no slot: ", unknown)});
      return;
    }
    const auto re = slots_.pool()->Get(expanded);
    if (!re->ok()) {
      problems_.push_back({at, absl::StrCat("is no RE2 pattern: ", re->error())});
    } else if (RE2::PartialMatch("", *re)) {
      problems_.push_back({at, "matches the empty text"});
    }
  }

  void CheckExamples() {
    const Guards guards(policy_, slots_);
    // What the examples of each rule say: they are tried on all cores, and told in their order.
    std::vector<std::vector<Problem>> found(static_cast<size_t>(policy_.rules_size()));
    worker::InParallel(found.size(), kRulesPerThread, [&](size_t i) {
      const v1::Rule& rule = policy_.rules(static_cast<int>(i));
      if (!IsWordless(rule)) found[i] = TryExamples(rule, absl::StrCat("rules[", i, "]"), guards);
    });
    for (int i = 0; i < policy_.rules_size(); ++i) {
      const v1::Rule& rule = policy_.rules(i);
      const std::string at = absl::StrCat("rules[", i, "]");
      if (IsWordless(rule)) {
        Need(AsksAnything(rule.facts()), at + ".facts", "a rule without patterns needs facts");
        Need(rule.exceptions().empty() && rule.context().empty(), at + ".exceptions",
             "void nothing without patterns");
        Need(rule.examples().empty() && rule.counter_examples().empty(), at + ".examples",
             "a rule without patterns has none");
        continue;
      }
      Need(!rule.examples().empty(), at + ".examples", "at least one is required");
      Need(!rule.counter_examples().empty(), at + ".counter_examples", "at least one is required");
      for (Problem& problem : found[static_cast<size_t>(i)]) {
        problems_.push_back(std::move(problem));
      }
    }
  }

  // The rule's examples that it does not find, and the counter-examples that it does.
  std::vector<Problem> TryExamples(const v1::Rule& rule, const std::string& at,
                                   const Guards& guards) const {
    std::vector<Problem> problems;
    const RuleMatcher matcher(rule, slots_);
    const auto finds = [&](const std::string& example) {
      const ReportText text(example);
      GuardReader reader(guards, text);
      return !reader.Keep(rule, matcher.Find(text), nullptr).empty();
    };
    for (int k = 0; k < rule.examples_size(); ++k) {
      if (finds(rule.examples(k))) continue;
      problems.push_back({absl::StrCat(at, ".examples[", k, "]"), "is not found by the rule"});
    }
    for (int k = 0; k < rule.counter_examples_size(); ++k) {
      if (!finds(rule.counter_examples(k))) continue;
      problems.push_back({absl::StrCat(at, ".counter_examples[", k, "]"), "is found by the rule"});
    }
    return problems;
  }

  const v1::Policy& policy_;
  const Slots slots_;
};

}  // namespace

std::vector<Problem> CheckPatterns(const v1::Policy& policy) {
  return PatternChecker(policy).Run();
}

}  // namespace mamori::policy
