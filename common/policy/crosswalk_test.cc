#include "common/policy/crosswalk.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/policy/check_crosswalk.h"

namespace mamori::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kPolicy[] = R"pb(
  acts { id: "THREAT" }
  acts { id: "HOLD" }
  rules { id: "violence.hit" category: "THREAT" }
  rules { id: "words.dumb" category: "THREAT" }
  crosswalk_version: "2026-10"
  schemes {
    id: "TYPES"
    title_ja: "型"
    title_en: "Types"
    edition: "2022"
    classes { id: "VIOLENCE" label_ja: "暴力型" label_en: "Violence" }
    classes { id: "WORDS" label_ja: "暴言型" label_en: "Words" }
    classes { id: "AWAY" label_ja: "店舗外" label_en: "Elsewhere" }
  }
  crosswalk_lines {
    id: "x.threat"
    category: "THREAT"
    scheme: "TYPES"
    classes: [ "VIOLENCE", "WORDS" ]
    basis: CROSSWALK_BASIS_POSSIBLE
  }
  crosswalk_lines {
    id: "x.violence"
    category: "THREAT"
    rule_prefixes: "violence."
    scheme: "TYPES"
    classes: "VIOLENCE"
    basis: CROSSWALK_BASIS_FOUND
  }
  crosswalk_lines {
    id: "x.away"
    category: "HOLD"
    channels: CHANNEL_IN_PERSON
    scheme: "TYPES"
    classes: "AWAY"
    basis: CROSSWALK_BASIS_FOUND
  }
)pb";

v1::Policy MakePolicy(const std::string& changed = "") {
  v1::Policy policy;
  EXPECT_TRUE(
      google::protobuf::TextFormat::ParseFromString(absl::StrCat(kPolicy, changed), &policy));
  return policy;
}

std::vector<std::string> Said(const std::vector<v1::CrosswalkFinding>& findings) {
  std::vector<std::string> said;
  for (const auto& one : findings) {
    said.push_back(absl::StrCat(one.category(), " ", one.class_id(), " ", one.policy_line(),
                                one.basis() == v1::CROSSWALK_BASIS_FOUND ? " found" : " possible"));
  }
  return said;
}

TEST(CrosswalkOf, ARuleThatMatchedMakesAClassFirm) {
  EXPECT_THAT(Said(CrosswalkOf(MakePolicy(), {{"THREAT", {"violence.hit"}}}, {})),
              ElementsAre("THREAT VIOLENCE x.violence found", "THREAT WORDS x.threat possible"));
  EXPECT_THAT(Said(CrosswalkOf(MakePolicy(), {{"THREAT", {"words.dumb"}}}, {})),
              ElementsAre("THREAT VIOLENCE x.threat possible", "THREAT WORDS x.threat possible"));
}

TEST(CrosswalkOf, AnActThatAPersonNamedIsOnlyPossiblyThis) {
  EXPECT_THAT(Said(CrosswalkOf(MakePolicy(), {{"THREAT", {}}}, {})),
              ElementsAre("THREAT VIOLENCE x.threat possible", "THREAT WORDS x.threat possible"));
}

TEST(CrosswalkOf, AChannelIsAskedFor) {
  EXPECT_THAT(Said(CrosswalkOf(MakePolicy(), {{"HOLD", {}}}, {v1::CHANNEL_PHONE})), IsEmpty());
  EXPECT_THAT(Said(CrosswalkOf(MakePolicy(), {{"HOLD", {}}}, {v1::CHANNEL_IN_PERSON})),
              ElementsAre("HOLD AWAY x.away found"));
}

TEST(CheckCrosswalk, NamesWhatIsWrong) {
  struct Row {
    const char* name;
    const char* line;
    const char* path;
  };
  const Row kRows[] = {
      {"no act", "category: 'NONE' scheme: 'TYPES' classes: 'WORDS' basis: CROSSWALK_BASIS_FOUND",
       "crosswalk_lines[3].category"},
      {"no scheme",
       "category: 'HOLD' scheme: 'OTHER' classes: 'WORDS' basis: CROSSWALK_BASIS_FOUND",
       "crosswalk_lines[3].scheme"},
      {"no class", "category: 'HOLD' scheme: 'TYPES' classes: 'NONE' basis: CROSSWALK_BASIS_FOUND",
       "crosswalk_lines[3].classes[0]"},
      {"no rule",
       "category: 'HOLD' rule_prefixes: 'gone.' scheme: 'TYPES' classes: 'WORDS' basis: "
       "CROSSWALK_BASIS_FOUND",
       "crosswalk_lines[3].rule_prefixes[0]"},
      {"no basis", "category: 'HOLD' scheme: 'TYPES' classes: 'WORDS'", "crosswalk_lines[3].basis"},
  };
  EXPECT_THAT(CheckCrosswalk(MakePolicy()), IsEmpty());
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    const auto problems =
        CheckCrosswalk(MakePolicy(absl::StrCat("crosswalk_lines { id: 'x.new' ", row.line, " }")));
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].path, row.path);
  }
}

TEST(CheckCrosswalk, AsksForAVersion) {
  v1::Policy policy = MakePolicy();
  policy.clear_crosswalk_version();
  const auto problems = CheckCrosswalk(policy);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].path, "crosswalk_version");
}

}  // namespace
}  // namespace mamori::policy
