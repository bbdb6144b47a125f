#include "common/policy/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "common/policy/check.h"
#include "common/policy/guards.h"
#include "common/policy/policy_catalog.h"
#include "common/policy/rule_matcher.h"
#include "common/status/errors.h"

namespace mamori::policy {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kGood[] = R"pb(
  id: "p"
  title: "t"
  acts { id: "ACT" label_ja: "a" label_en: "a" }
  measures { id: "CARE" label_ja: "c" label_en: "c" }
  rules {
    id: "r.one"
    category: "ACT"
    patterns: "bad"
    exceptions: "not"
    severity: SEVERITY_LOW
    weight: 10
    reason_ja: "r"
    reason_en: "r"
    examples: "a Bad day"
    counter_examples: "not a bad day"
  }
  routes {
    id: "one"
    event_type: "case.opened"
    urgency: URGENCY_PAGE
    steps {
      recipient_group: "desk"
      wait { seconds: 60 }
    }
    steps { recipient_group: "desk" }
  }
  recipient_groups { id: "desk" mail: "desk@mamori.example" }
  measure_lines { id: "m.one" min_severity: SEVERITY_LOW measures: "CARE" }
  delivery_retry {
    initial_backoff { seconds: 1 }
    max_backoff { seconds: 2 }
    max_attempts: 3
  }
  unknown_outcome: UNKNOWN_OUTCOME_RESEND
  access {
    kinds { kind: REPORT_KIND_FEEDBACK roles: "desk" }
    roster { person: "p-1" roles: "desk" }
    outside_readers: "counsel"
  }
)pb";

// A file in the test's own directory, removed with the object.
class File {
 public:
  explicit File(const std::string& content)
      : path_(::testing::TempDir() + "/" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".textproto") {
    std::ofstream(path_) << content;
  }
  ~File() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string With(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string LoadError(const std::string& text) {
  File file(text);
  return std::string(LoadPolicyFile(file.path()).status().message());
}

TEST(LoadPolicyFile, GivesTheSameDigestWhateverTheLayout) {
  File file(kGood);
  const auto one = LoadPolicyFile(file.path());
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ((*one)->digest.size(), 64u);
  std::ofstream(file.path()) << "# a comment\n" << kGood;
  const auto two = LoadPolicyFile(file.path());
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ((*one)->digest, (*two)->digest);
  const auto again = FromBytes((*one)->bytes, (*one)->digest);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->policy.rules_size(), 1);
  EXPECT_TRUE(absl::IsDataLoss(FromBytes((*one)->bytes + " ", (*one)->digest).status()));
}

TEST(LoadPolicyFile, NamesFileLineAndFieldOfEverythingWrong) {
  struct Case {
    const char* name;
    const char* from;
    const char* to;
    const char* path;
    const char* what;
  };
  const Case kCases[] = {
      {"no title", "title: \"t\"", "", "title", "is required"},
      {"bad act id", "id: \"ACT\" label", "id: \"act\" label", ":4: acts[0].id", "want [A-Z]"},
      {"unknown category", "category: \"ACT\"", "category: \"NO\"", ":8: rules[0].category",
       "no act"},
      {"no severity", "    severity: SEVERITY_LOW\n", "", ": rules[0].severity", "want LOW"},
      {"heavy", "weight: 10", "weight: 101", ":12: rules[0].weight", "1 to 100"},
      {"broken pattern", "patterns: \"bad\"", "patterns: \"(bad\"", ":9: rules[0].patterns[0]",
       "no RE2 pattern"},
      {"empty match", "patterns: \"bad\"", "patterns: \"bad|\"", ":9: rules[0].patterns[0]",
       "empty text"},
      {"example", "a Bad day", "a good day", ":15: rules[0].examples[0]", "not found"},
      {"counter-example", "not a bad day", "a bad day", ":16: rules[0].counter_examples[0]",
       "is found"},
      {"event type", "case.opened", "case.eaten", ":20: routes[0].event_type", "no event type"},
      {"group", "recipient_group: \"desk\"\n", "recipient_group: \"dusk\"\n",
       ":23: routes[0].steps[0].recipient_group", "no recipient group"},
      {"no wait", "      wait { seconds: 60 }\n", "", ": routes[0].steps[0].wait", "required"},
      {"mail", "desk@mamori.example", "desk@mamori.example>", ":28: recipient_groups[0].mail[0]",
       "no mail address"},
      {"measure", "measures: \"CARE\"", "measures: \"SCARE\"", ":29: measure_lines[0].measures[0]",
       "no measure"},
      {"backoff", "max_backoff { seconds: 2 }", "max_backoff { seconds: 0 }",
       "delivery_retry.max_backoff", "at least"},
      {"outcome", "unknown_outcome: UNKNOWN_OUTCOME_RESEND\n", "", "unknown_outcome", "want"},
      {"no outside reader", "outside_readers: \"counsel\"", "", "access.outside_readers",
       "at least one"},
      {"outside reader inside", "outside_readers: \"counsel\"", "outside_readers: \"p-1\"",
       "access.outside_readers[0]", "of the roster"},
      {"kind of case", "kind: REPORT_KIND_FEEDBACK ", "", "access.kinds[0].kind", "no kind"},
      {"member role", "FEEDBACK roles: \"desk\"", "FEEDBACK roles: \"disk\"",
       "access.kinds[0].roles[0]", "no role"},
      {"one address of two people", "roster { person: \"p-1\" roles: \"desk\" }",
       "roster { person: \"p-1\" roles: \"desk\" mail: \"a@b\" }"
       " roster { person: \"p-2\" roles: \"desk\" mail: \"a@b\" }",
       "access.roster[1].mail", "stands twice"},
      {"mailbox of nobody", "roster { person: \"p-1\" roles: \"desk\" }",
       "roster { person: \"p-1\" roles: \"desk\" } mailboxes { mail: \"a@b\" }",
       "access.mailboxes[0].readers", "at least one"},
      {"mailbox of a stranger", "roster { person: \"p-1\" roles: \"desk\" }",
       "roster { person: \"p-1\" roles: \"desk\" } mailboxes { mail: \"a@b\" readers: \"q\" }",
       "access.mailboxes[0].readers[0]", "not of the roster"},
      {"mailbox of a person alone", "roster { person: \"p-1\" roles: \"desk\" }",
       "roster { person: \"p-1\" roles: \"desk\" mail: \"a@b\" }"
       " mailboxes { mail: \"a@b\" readers: \"p-1\" }",
       "access.mailboxes[0].mail", "stands twice"},
      {"roster role", "\"p-1\" roles: \"desk\"", "\"p-1\"", "access.roster[0].roles",
       "at least one"},
  };
  for (const Case& c : kCases) {
    const std::string error = LoadError(With(c.from, c.to));
    EXPECT_THAT(error, AllOf(HasSubstr(".textproto"), HasSubstr(c.path), HasSubstr(c.what)))
        << c.name;
  }
  EXPECT_THAT(LoadError(With("title: \"t\"", "titel: \"t\"")), HasSubstr(".textproto:3"));
}

TEST(LoadPolicyFile, StopsAfterTwentyLines) {
  std::string text = kGood;
  for (int i = 0; i < 30; ++i) text += "acts {}\n";
  const std::string error = LoadError(text);
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 19);
}

TEST(RuleMatcher, AnExceptionVoidsOnlyItsOwnSentence) {
  v1::Rule rule;
  rule.add_patterns("殴られ");
  rule.add_exceptions("なかった");
  const RuleMatcher matcher(rule, Slots());
  EXPECT_THAT(matcher.Find(ReportText("殴られたことはなかった。")), IsEmpty());
  const std::string text = "脅しはなかった。肩を殴られた。";
  const size_t at = text.find("殴られ");
  EXPECT_THAT(matcher.Find(ReportText(text)), ElementsAre(Span{at, at + 9}));
  EXPECT_THAT(matcher.Find(ReportText("")), IsEmpty());
}

TEST(RuleMatcher, GivesSpansInOrderWithoutOverlapAndNotTooMany) {
  v1::Rule rule;
  rule.add_patterns("bcd");
  rule.add_patterns("b");
  rule.add_patterns("x?a");
  const RuleMatcher matcher(rule, Slots());
  EXPECT_THAT(matcher.Find(ReportText("a bcd B")), ElementsAre(Span{0, 1}, Span{2, 5}, Span{6, 7}));
  EXPECT_EQ(matcher.Find(ReportText(std::string(64 << 10, 'b'))).size(), RuleMatcher::kMaxSpans);
}

// A second file beside the first.
std::string Beside(const File& file, const std::string& name, const std::string& content) {
  const std::string path = file.path().substr(0, file.path().rfind('/') + 1) + name;
  std::ofstream(path) << content;
  return path;
}

TEST(LoadPolicyFile, JoinsTheFilesThatItIncludes) {
  const std::string name = "policy_test_joined_part.textproto";
  File file(std::string(kGood) + "include: \"" + name + "\"\n");
  const std::string rule = R"pb(
    slots { id: "mild" pattern: "sad|dull" }
    rules {
      id: "r.two"
      category: "ACT"
      patterns: "{{mild}} day"
      severity: SEVERITY_LOW
      weight: 10
      reason_ja: "r"
      reason_en: "r"
      examples: "a dull day"
      counter_examples: "a fine day"
    }
  )pb";
  const std::string part = Beside(file, name, rule);
  const auto one = LoadPolicyFile(file.path());
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ((*one)->policy.rules_size(), 2);
  EXPECT_TRUE((*one)->policy.include().empty());
  std::ofstream(part) << std::string(rule).replace(rule.find("weight: 10"), 10, "weight: 11");
  const auto two = LoadPolicyFile(file.path());
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_NE((*one)->digest, (*two)->digest);
  std::ofstream(part) << std::string(rule).replace(rule.find("a dull day"), 10, "a long day");
  EXPECT_THAT(std::string(LoadPolicyFile(file.path()).status().message()),
              AllOf(HasSubstr(name), HasSubstr("rules[0].examples[0]"), HasSubstr("not found")));
  std::ofstream(part) << std::string(rule).replace(rule.find("{{mild}}"), 8, "{{none}}");
  EXPECT_THAT(std::string(LoadPolicyFile(file.path()).status().message()),
              HasSubstr("names no slot"));
  std::remove(part.c_str());
}

TEST(LoadPolicyFile, RefusesARuleWithoutCounterExample) {
  EXPECT_THAT(LoadError(With("    counter_examples: \"not a bad day\"\n", "")),
              HasSubstr("counter_examples: at least one is required"));
}

TEST(Guards, VoidWhatIsDeniedAfterItsQuotation) {
  v1::Policy policy;
  v1::Guard* const guard = policy.add_guards();
  guard->set_id("negation");
  guard->add_after("^といった発言はなかった");
  v1::Rule rule;
  rule.set_category("ACT");
  rule.add_patterns("殺す");
  const Slots slots(policy);
  const Guards guards(policy, slots);
  const RuleMatcher matcher(rule, slots);
  const auto kept = [&](const char* words) {
    const ReportText text(words);
    GuardReader reader(guards, text);
    return reader.Keep(rule, matcher.Find(text), nullptr).size();
  };
  EXPECT_EQ(kept("「殺すぞ。待ってろ」といった発言はなかった。"), 0u);
  EXPECT_EQ(kept("「殺すぞ」と言われた。"), 1u);
  rule.set_counts_when_denied(true);
  EXPECT_EQ(kept("「殺すぞ」といった発言はなかった。"), 1u);
}

TEST(RuleMatcher, AsksWhoSpeaksAndWhatElseIsSaid) {
  v1::Rule rule;
  rule.add_patterns("辞めろ");
  rule.set_scope(v1::RULE_SCOPE_QUOTED);
  rule.add_context("妊娠");
  const RuleMatcher matcher(rule, Slots());
  EXPECT_EQ(matcher.Find(ReportText("妊娠を伝えると「辞めろ」と言われた。")).size(), 1u);
  EXPECT_THAT(matcher.Find(ReportText("妊娠を伝えた。辞めろという意味か。")), IsEmpty());
  EXPECT_THAT(matcher.Find(ReportText("「辞めろ」と言われた。")), IsEmpty());
}

TEST(RuleMatcher, ReadsMaskedWordsOnlyWhereSomethingIsHidden) {
  v1::Rule rule;
  rule.add_masked_patterns("しね");
  const RuleMatcher matcher(rule, Slots());
  EXPECT_EQ(matcher.Find(ReportText("「し　ね」と書かれた。")).size(), 1u);
  EXPECT_THAT(matcher.Find(ReportText("おいしね。")), IsEmpty());
}

class MapStore final : public PolicyStore {
 public:
  absl::Status Put(const PolicyVersion& version) override {
    bytes[version.digest] = version.bytes;
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> GetBytes(std::string_view digest) override {
    ++reads;
    const auto it = bytes.find(std::string(digest));
    if (it == bytes.end()) return absl::NotFoundError("no such policy version");
    return it->second;
  }
  std::map<std::string, std::string> bytes;
  int reads = 0;
};

TEST(PolicyCatalog, ReadsAVersionOnceAndWaitsForAnUnknownOne) {
  File file(kGood);
  const auto version = LoadPolicyFile(file.path());
  ASSERT_TRUE(version.ok()) << version.status();
  MapStore store;
  PolicyCatalog catalog(store);
  const absl::Status unknown = catalog.Get((*version)->digest).status();
  EXPECT_TRUE(status::HasReason(unknown, v1::ERROR_REASON_POLICY_UNKNOWN)) << unknown;
  ASSERT_TRUE(store.Put(**version).ok());
  EXPECT_TRUE(catalog.Get((*version)->digest).ok());
  EXPECT_TRUE(catalog.Get((*version)->digest).ok());
  EXPECT_EQ(store.reads, 2);
}

TEST(DefaultPolicy, IsUsable) {
  const auto version = LoadPolicyFile(MAMORI_SOURCE_DIR "/deploy/policy/default.textproto");
  ASSERT_TRUE(version.ok()) << version.status().message();
  EXPECT_EQ((*version)->policy.acts_size(), 10);
  for (const v1::Rule& rule : (*version)->policy.rules()) {
    EXPECT_GT(rule.examples_size(), 0) << rule.id();
    EXPECT_GT(rule.counter_examples_size(), 0) << rule.id();
  }
}

}  // namespace
}  // namespace mamori::policy
