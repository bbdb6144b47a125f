#include "services/triage/assess.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/policy/policy.h"
#include "common/policy/sample.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"

namespace mamori::triage {
namespace {

using mamori::v1::Assessment;
using mamori::v1::Report;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kPolicy[] = R"pb(
  rules {
    id: "kill"
    category: "THREAT"
    patterns: "kill|殺す"
    exceptions: "process"
    facts { actor_relations: [ ACTOR_RELATION_CUSTOMER, ACTOR_RELATION_UNKNOWN ] }
    severity: SEVERITY_HIGH
    weight: 60
    reason_ja: "脅し"
    reason_en: "threat"
  }
  rules {
    id: "insult"
    category: "THREAT"
    patterns: "idiot"
    severity: SEVERITY_MEDIUM
    weight: 30
    reason_ja: "暴言"
    reason_en: "insult"
  }
  rules {
    id: "again"
    category: "REPEAT"
    facts { min_contact_count: 3 }
    severity: SEVERITY_MEDIUM
    weight: 20
    reason_ja: "繰り返し"
    reason_en: "again"
  }
  rules {
    id: "boss"
    category: "POWER"
    patterns: "kill|idiot"
    facts { actor_relations: ACTOR_RELATION_INTERNAL_SUPERIOR }
    severity: SEVERITY_MEDIUM
    weight: 10
    reason_ja: "職権"
    reason_en: "boss"
  }
  measure_lines { id: "m.care" min_severity: SEVERITY_MEDIUM measures: "CARE" }
  measure_lines {
    id: "m.police"
    category: "THREAT"
    min_severity: SEVERITY_HIGH
    measures: [ "POLICE", "CARE" ]
  }
  measure_lines { id: "m.repeat" category: "REPEAT" min_severity: SEVERITY_HIGH measures: "WARN" }
)pb";

Assessor MakeAssessor() {
  mamori::v1::Policy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kPolicy, &policy));
  return Assessor(std::move(policy), "d");
}

Report MakeReport(const std::string& narrative) {
  Report report;
  report.set_name("reports/x");
  report.set_kind(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
  report.set_narrative(narrative);
  return report;
}

std::vector<std::string> CategoriesOf(const Assessment& assessment) {
  std::vector<std::string> categories;
  for (const auto& finding : assessment.findings()) categories.push_back(finding.category());
  return categories;
}

TEST(Assess, SaysWhatWhyWhereAndWhatToDo) {
  Report report = MakeReport("電話で「殺す」。 You idiot, I kill you.");
  report.set_contact_count(3);
  EXPECT_THAT(MakeAssessor().Assess(report), testing::EqualsProto(R"pb(
                report: "reports/x"
                policy_digest: "d"
                findings {
                  category: "THREAT"
                  rule_ids: [ "insult", "kill" ]
                  evidence { byte_start: 12 byte_end: 18 rule_id: "kill" }
                  evidence { byte_start: 25 byte_end: 34 rule_id: "insult" }
                  evidence { byte_start: 36 byte_end: 46 rule_id: "kill" }
                  score: 90
                  reason_ja: "脅し"
                  reason_en: "threat"
                }
                findings {
                  category: "REPEAT"
                  rule_ids: "again"
                  score: 20
                  reason_ja: "繰り返し"
                  reason_en: "again"
                }
                severity: SEVERITY_HIGH
                severity_sources: "kill"
                severity_reason_ja: "脅し"
                severity_reason_en: "threat"
                recommended_measures { measure: "CARE" policy_line: "m.care" }
                recommended_measures { measure: "POLICE" policy_line: "m.police" }
                signals { kind: "actor_relation" value: "ACTOR_RELATION_UNKNOWN" }
                signals { kind: "contact_count" value: "3" }
              )pb"));
}

TEST(Assess, SaysOpenlyThatNothingWasFound) {
  const Assessment assessment = MakeAssessor().Assess(MakeReport("Please kill the process."));
  EXPECT_TRUE(assessment.no_rule_matched());
  EXPECT_EQ(assessment.severity(), mamori::v1::SEVERITY_LOW);
  EXPECT_THAT(assessment.findings(), IsEmpty());
  EXPECT_THAT(assessment.recommended_measures(), IsEmpty());
}

TEST(Assess, ImmediateDangerIsCriticalWhateverTheWords) {
  Report report = MakeReport("help");
  report.set_immediate_danger(true);
  const Assessment assessment = MakeAssessor().Assess(report);
  EXPECT_EQ(assessment.severity(), mamori::v1::SEVERITY_CRITICAL);
  EXPECT_THAT(assessment.severity_sources(), ElementsAre(kImmediateDanger));
  EXPECT_EQ(assessment.recommended_measures(0).measure(), "CARE");
}

TEST(Assess, ActorsGateRules) {
  Report report = MakeReport("kill");
  EXPECT_THAT(CategoriesOf(MakeAssessor().Assess(report)), ElementsAre("THREAT"));
  report.add_actors()->set_relation(mamori::v1::ACTOR_RELATION_INTERNAL_SUPERIOR);
  EXPECT_THAT(CategoriesOf(MakeAssessor().Assess(report)), ElementsAre("POWER"));
  report.add_actors()->set_relation(mamori::v1::ACTOR_RELATION_CUSTOMER);
  EXPECT_THAT(CategoriesOf(MakeAssessor().Assess(report)), ElementsAre("THREAT", "POWER"));
  report.clear_actors();
  report.set_kind(mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT);
  EXPECT_THAT(CategoriesOf(MakeAssessor().Assess(report)), ElementsAre("POWER"));
}

TEST(Assess, SupplementsSpeakWithoutSpans) {
  Report report = MakeReport("nothing yet");
  report.add_supplements()->set_text("Today he said: I kill you.");
  const Assessment assessment = MakeAssessor().Assess(report);
  EXPECT_THAT(CategoriesOf(assessment), ElementsAre("THREAT"));
  EXPECT_THAT(assessment.findings(0).evidence(), IsEmpty());
}

struct Gate {
  const char* name;
  const char* gate;
  const char* report;
  bool holds;
};

TEST(FactsHold, EveryFactThatIsAskedForHasToHold) {
  const Gate kGates[] = {
      {"nothing asked", "", "", true},
      {"contacts short", "min_contact_count: 3", "contact_count: 2", false},
      {"contacts", "min_contact_count: 3", "contact_count: 3", true},
      {"minutes short", "min_total_minutes: 60", "total_minutes: 59", false},
      {"minutes", "min_total_minutes: 60", "total_minutes: 60", true},
      {"channel other", "channels: CHANNEL_PHONE", "occurrences { channel: CHANNEL_FAX }", false},
      {"channel", "channels: CHANNEL_PHONE",
       "occurrences { channel: CHANNEL_FAX } occurrences { channel: CHANNEL_PHONE }", true},
      {"no url", "has_url: true", "occurrences {}", false},
      {"url", "has_url: true", "occurrences { urls: 'https://x.example' }", true},
      {"contacts over", "max_contact_count: 3", "contact_count: 4", false},
      {"minutes not over", "max_total_minutes: 60", "total_minutes: 60", true},
      {"outside", "actor_side: ACTOR_SIDE_OUTSIDE", "", true},
      {"not inside", "actor_side: ACTOR_SIDE_INSIDE", "actors { relation: ACTOR_RELATION_PUBLIC }",
       false},
      {"inside", "actor_side: ACTOR_SIDE_INSIDE", "kind: REPORT_KIND_INTERNAL_HARASSMENT", true},
      {"no danger", "immediate_danger: true", "", false},
      {"danger", "immediate_danger: true", "immediate_danger: true", true},
      {"one of two", "immediate_danger: true has_url: true", "immediate_danger: true", false},
      {"unknown actor", "actor_relations: ACTOR_RELATION_UNKNOWN", "", true},
      {"actor", "actor_relations: ACTOR_RELATION_PUBLIC",
       "actors { relation: ACTOR_RELATION_CUSTOMER }", false},
  };
  for (const Gate& row : kGates) {
    mamori::v1::FactGate gate;
    Report report;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(row.gate, &gate)) << row.name;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(row.report, &report)) << row.name;
    EXPECT_EQ(FactsHold(gate, report), row.holds) << row.name;
  }
}

class DefaultPolicyTest : public ::testing::Test {
 protected:
  DefaultPolicyTest() {
    const auto version =
        policy::LoadPolicyFile(testing::SourceRoot() + "/deploy/policy/default.textproto");
    EXPECT_TRUE(version.ok()) << version.status();
    assessor_ = std::make_unique<Assessor>((*version)->policy, (*version)->digest);
  }
  std::unique_ptr<Assessor> assessor_;
};

TEST_F(DefaultPolicyTest, ProposesAsAPersonWould) {
  struct Golden {
    const char* narrative;
    mamori::v1::ActorRelation relation;
    int contacts;
    std::vector<std::string> categories;
    mamori::v1::Severity severity;
  };
  using mamori::v1::ActorRelation;
  const Golden kGoldens[] = {
      {"窓口で肩を殴られ、「家族がどうなってもいいのか」と言われました。",
       mamori::v1::ACTOR_RELATION_CUSTOMER,
       1,
       {"INTIMIDATION_VIOLENCE"},
       mamori::v1::SEVERITY_CRITICAL},
      {"請求書の誤りのご指摘。訂正版をお送りし、ご了承いただいた。",
       mamori::v1::ACTOR_RELATION_CUSTOMER,
       1,
       {},
       mamori::v1::SEVERITY_LOW},
      {"仕様と回答済みだが、同じ内容の電話が6回。「担当をクビにしろ」とも。",
       mamori::v1::ACTOR_RELATION_CUSTOMER,
       6,
       {"REPEATED_DEMANDS", "UNJUST_DEMAND"},
       mamori::v1::SEVERITY_MEDIUM},
      {"課長に毎朝みんなの前で「無能」と怒鳴られます。",
       mamori::v1::ACTOR_RELATION_INTERNAL_SUPERIOR,
       0,
       {"POWER_HARASSMENT"},
       mamori::v1::SEVERITY_MEDIUM},
      {"The client wrote: I know where your kids go to school.",
       mamori::v1::ACTOR_RELATION_FORMER_CUSTOMER,
       1,
       {"INTIMIDATION_VIOLENCE"},
       mamori::v1::SEVERITY_CRITICAL},
      {"The customer complained about the invoice and asked for a supervisor.",
       mamori::v1::ACTOR_RELATION_CUSTOMER,
       1,
       {},
       mamori::v1::SEVERITY_LOW},
      {"お客様に胸を触られました。",
       mamori::v1::ACTOR_RELATION_CUSTOMER,
       1,
       {"OTHER_UNACCEPTABLE", "SEXUAL_HARASSMENT"},
       mamori::v1::SEVERITY_HIGH},
  };
  for (const Golden& golden : kGoldens) {
    Report report = MakeReport(golden.narrative);
    report.add_actors()->set_relation(golden.relation);
    report.set_contact_count(golden.contacts);
    const Assessment assessment = assessor_->Assess(report);
    EXPECT_THAT(CategoriesOf(assessment), ::testing::UnorderedElementsAreArray(golden.categories))
        << golden.narrative;
    EXPECT_EQ(assessment.severity(), golden.severity) << golden.narrative;
    for (const auto& finding : assessment.findings()) {
      for (const auto& evidence : finding.evidence()) {
        EXPECT_LT(evidence.byte_start(), evidence.byte_end());
        EXPECT_LE(static_cast<size_t>(evidence.byte_end()), report.narrative().size());
      }
    }
  }
}

TEST_F(DefaultPolicyTest, NamesTheClassesOfTheMinistryAndTheGuidelines) {
  Report report = MakeReport("窓口で肩を殴られ、「お前みたいな無能は辞めろ」と怒鳴られました。");
  report.add_actors()->set_relation(mamori::v1::ACTOR_RELATION_CUSTOMER);
  const Assessment assessment = assessor_->Assess(report);
  EXPECT_EQ(assessment.crosswalk_version(), "2026-10");
  std::vector<std::string> firm;
  for (const auto& one : assessment.crosswalk()) {
    if (one.basis() == mamori::v1::CROSSWALK_BASIS_FOUND) firm.push_back(one.class_id());
  }
  EXPECT_THAT(firm, ElementsAre("ABUSIVE_LANGUAGE", "VIOLENCE", "INTIMIDATION_THREAT",
                                "PHYSICAL_ATTACK", "MENTAL_ATTACK", "OVERBEARING"));
}

TEST_F(DefaultPolicyTest, EveryActFallsUnderSomeClass) {
  std::set<std::string> acts;
  for (const auto& line : assessor_->policy().crosswalk_lines()) acts.insert(line.category());
  EXPECT_EQ(acts.size(), static_cast<size_t>(assessor_->policy().acts_size()));
}

TEST_F(DefaultPolicyTest, WordsOfSelfHarmLeadToCareAndAreCritical) {
  Report report = MakeReport("もう限界です。消えてしまいたいと毎晩思います。");
  report.add_actors()->set_relation(mamori::v1::ACTOR_RELATION_INTERNAL_SUPERIOR);
  const Assessment assessment = assessor_->Assess(report);
  EXPECT_EQ(assessment.severity(), mamori::v1::SEVERITY_CRITICAL);
  EXPECT_THAT(assessment.dangers(), ElementsAre(mamori::v1::DANGER_SELF_HARM));
  bool care = false;
  for (const auto& measure : assessment.recommended_measures()) {
    EXPECT_FALSE(measure.policy_line().empty());
    care = care || measure.measure() == "CARE";
  }
  EXPECT_TRUE(care);
  EXPECT_FALSE(assessment.no_rule_matched());
}

// What the shipped policy says of the sixty, rule by rule, is pinned: an answer that changes is
// seen in review. MAMORI_WRITE_GOLDEN=1 writes the file anew.
TEST_F(DefaultPolicyTest, SaysOfTheSixtyWhatItSaid) {
  std::ifstream reports(testing::SourceRoot() + "/services/triage/testdata/dev.jsonl");
  std::string said;
  for (std::string line; std::getline(reports, line);) {
    const auto sample = policy::ParseSample(line);
    ASSERT_TRUE(sample.ok());
    const Assessment assessment = assessor_->Assess(sample->report);
    absl::StrAppend(&said, sample->id, " ", mamori::v1::Severity_Name(assessment.severity()), " ",
                    absl::StrJoin(assessment.severity_sources(), ","), "\n");
    for (const auto& finding : assessment.findings()) {
      absl::StrAppend(&said, "  ", finding.category(), " ", finding.score(), " ",
                      absl::StrJoin(finding.rule_ids(), ","));
      for (const auto& span : finding.evidence()) {
        absl::StrAppend(&said, " ", span.byte_start(), "-", span.byte_end());
      }
      said.push_back('\n');
    }
    for (const auto& one : assessment.crosswalk()) {
      if (one.basis() != mamori::v1::CROSSWALK_BASIS_FOUND) continue;
      absl::StrAppend(&said, "  ", one.scheme(), " ", one.class_id(), " ", one.policy_line(), "\n");
    }
    for (const auto& measure : assessment.recommended_measures()) {
      absl::StrAppend(&said, "  ", measure.measure(), " ", measure.policy_line(), "\n");
    }
    const auto& opinion = assessment.second_opinion();
    absl::StrAppend(&said, "  second opinion ", opinion.score());
    for (const auto& one : opinion.features()) absl::StrAppend(&said, " ", one.feature());
    said.push_back('\n');
  }
  const std::string file = testing::SourceRoot() + "/tests/golden/assessments.txt";
  if (std::getenv("MAMORI_WRITE_GOLDEN") != nullptr) std::ofstream(file) << said;
  std::stringstream golden;
  golden << std::ifstream(file).rdbuf();
  EXPECT_EQ(said, golden.str());
}

// The bound is two milliseconds for a long report; ten leave room for a loaded machine and for
// sanitizers.
TEST_F(DefaultPolicyTest, IsQuickAndDeterministic) {
  std::string narrative;
  while (narrative.size() < 3000) {
    narrative += "電話で30分、復旧の見込みを尋ねられた。怒鳴られ、「殺してやる」と言われた。 ";
  }
  const Report report = MakeReport(narrative);
  const std::string first = assessor_->Assess(report).SerializeAsString();
  std::vector<double> millis;
  for (int i = 0; i < 100; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(assessor_->Assess(report).SerializeAsString(), first);
    millis.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  std::sort(millis.begin(), millis.end());
  RecordProperty("p50_us", static_cast<int>(millis[50] * 1000));
  EXPECT_LT(millis[50], 10.0);
}

}  // namespace
}  // namespace mamori::triage
