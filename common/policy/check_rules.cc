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
#include "common/policy/report_text.h"
#include "common/policy/rule_matcher.h"
#include "common/policy/slots.h"

namespace mamori::policy {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

constexpr int kMaxLowers = 1000;

class PatternChecker {
 public:
  explicit PatternChecker(const v1::Policy& policy) : policy_(policy), slots_(policy) {}

  std::vector<Problem> Run() {
    CheckSlots();
    CheckGuards();
    for (int i = 0; i < policy_.severity_lines_size(); ++i) {
      Compile(policy_.severity_lines(i).patterns(),
              absl::StrCat("severity_lines[", i, "].patterns"));
    }
    for (int i = 0; i < policy_.rules_size(); ++i) {
      const std::string at = absl::StrCat("rules[", i, "]");
      Compile(policy_.rules(i).patterns(), at + ".patterns");
      Compile(policy_.rules(i).masked_patterns(), at + ".masked_patterns");
      Compile(policy_.rules(i).exceptions(), at + ".exceptions");
      Compile(policy_.rules(i).context(), at + ".context");
    }
    // Examples are only tried when everything compiles: guards speak to all of them.
    if (problems_.empty()) CheckExamples();
    return std::move(problems_);
  }

 private:
  void Need(bool holds, std::string path, std::string what) {
    if (!holds) problems_.push_back({std::move(path), std::move(what)});
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
      Compile(guard.before(), at + ".before");
      Compile(guard.after(), at + ".after");
      Compile(guard.sentence(), at + ".sentence");
      Compile(guard.anywhere(), at + ".anywhere");
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
    for (int i = 0; i < policy_.rules_size(); ++i) {
      const v1::Rule& rule = policy_.rules(i);
      const std::string at = absl::StrCat("rules[", i, "]");
      if (rule.patterns().empty() && rule.masked_patterns().empty()) {
        Need(AsksAnything(rule.facts()), at + ".facts", "a rule without patterns needs facts");
        Need(rule.exceptions().empty() && rule.context().empty(), at + ".exceptions",
             "void nothing without patterns");
        Need(rule.examples().empty() && rule.counter_examples().empty(), at + ".examples",
             "a rule without patterns has none");
        continue;
      }
      Need(!rule.examples().empty(), at + ".examples", "at least one is required");
      Need(!rule.counter_examples().empty(), at + ".counter_examples", "at least one is required");
      const RuleMatcher matcher(rule, slots_);
      const auto finds = [&](const std::string& example) {
        const ReportText text(example);
        GuardReader reader(guards, text);
        return !reader.Keep(rule, matcher.Find(text), nullptr).empty();
      };
      for (int k = 0; k < rule.examples_size(); ++k) {
        Need(finds(rule.examples(k)), absl::StrCat(at, ".examples[", k, "]"),
             "is not found by the rule");
      }
      for (int k = 0; k < rule.counter_examples_size(); ++k) {
        Need(!finds(rule.counter_examples(k)), absl::StrCat(at, ".counter_examples[", k, "]"),
             "is found by the rule");
      }
    }
  }

  const v1::Policy& policy_;
  const Slots slots_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> CheckPatterns(const v1::Policy& policy) {
  return PatternChecker(policy).Run();
}

}  // namespace mamori::policy
