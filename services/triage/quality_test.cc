// How good the shipped policy is on labelled reports, and how fast. Prints its figures; fails below
// the floors. The figures of further_b, further_q, further_r, further_u, further_v and further_x,
// which nobody looks at while writing rules, are the honest ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/policy/policy.h"
#include "common/policy/sample.h"
#include "common/testing/test_database.h"
#include "services/triage/assess.h"
#include "services/triage/figures.h"

namespace mamori::triage {
namespace {

std::string DataFile(const std::string& name) {
  return testing::SourceRoot() + "/services/triage/testdata/" + name;
}

// Milliseconds of this process's own work: others on the machine do not count.
double CpuMillis() { return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

long ResidentKibibytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::atol(line.c_str() + 6);
  }
  return 0;
}

class QualityTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto version =
        policy::LoadPolicyFile(testing::SourceRoot() + "/deploy/policy/default.textproto");
    ASSERT_TRUE(version.ok()) << version.status().message();
    assessor_ = new Assessor((*version)->policy, (*version)->digest);
  }
  static void TearDownTestSuite() {
    delete assessor_;
    assessor_ = nullptr;
  }

  std::vector<Judged> Judge(const std::string& file) {
    std::vector<Judged> judged;
    std::ifstream in(DataFile(file));
    for (std::string line; std::getline(in, line);) {
      auto sample = policy::ParseSample(line);
      EXPECT_TRUE(sample.ok()) << file << " line " << judged.size() + 1 << sample.status();
      mamori::v1::Assessment assessment = assessor_->Assess(sample->report);
      judged.push_back({*std::move(sample), std::move(assessment)});
    }
    EXPECT_FALSE(judged.empty()) << file;
    return judged;
  }

  static std::vector<std::string> Acts() {
    std::vector<std::string> acts;
    for (const auto& act : assessor_->policy().acts()) acts.push_back(act.id());
    return acts;
  }

  Figures FiguresOf(const std::string& file) {
    const std::vector<Judged> judged = Judge(file);
    const Figures figures = Measure(judged, Acts());
    std::cout << file << ": " << figures.ToString() << std::endl;
    // For whoever writes rules, never for the half that is held out.
    const char* const show = std::getenv("MAMORI_SHOW_MISTAKES");
    if (show != nullptr && file == show) ShowMistakes(judged);
    return figures;
  }

  static void ShowMistakes(const std::vector<Judged>& judged) {
    for (const Judged& one : judged) {
      std::set<std::string> said;
      for (const auto& finding : one.assessment.findings()) said.insert(finding.category());
      ShowStrayEvidence(one);
      if (said == one.sample.labels && one.assessment.severity() == one.sample.severity) continue;
      std::cout << one.sample.id << " want " << absl::StrJoin(one.sample.labels, ",") << " "
                << mamori::v1::Severity_Name(one.sample.severity) << ": "
                << policy::PredictionLine(one.sample.id, one.assessment) << "\n    "
                << one.sample.report.narrative() << "\n";
    }
  }

  static void ShowStrayEvidence(const Judged& one) {
    for (const auto& finding : one.assessment.findings()) {
      for (const auto& span : finding.evidence()) {
        const bool touches = std::any_of(
            one.sample.evidence.begin(), one.sample.evidence.end(), [&](const auto& passage) {
              return passage.label == finding.category() && span.byte_start() < passage.end &&
                     passage.begin < span.byte_end();
            });
        if (touches) continue;
        std::cout << one.sample.id << " stray " << span.rule_id() << ": "
                  << one.sample.report.narrative().substr(span.byte_start(),
                                                          span.byte_end() - span.byte_start())
                  << "\n";
      }
    }
  }

  static const Assessor* assessor_;
};

const Assessor* QualityTest::assessor_ = nullptr;

// What the project promises for reports that nobody has seen. The sixty mark one or two passages of
// many that speak: there the precision of evidence is asked for less.
void ExpectFloors(const Figures& figures, double evidence_precision = 0.80) {
  EXPECT_GE(figures.micro_f1, 0.75);
  EXPECT_GE(figures.macro_f1, 0.70);
  EXPECT_LE(figures.benign_flagged, 0.08);
  EXPECT_LE(figures.harassment_missed, 0.12);
  if (figures.critical > 0) {
    EXPECT_GE(figures.critical_caught, 0.90);
    EXPECT_GE(figures.critical_called, 0.75);
  }
  EXPECT_GE(figures.severity_qwk, 0.65);
  EXPECT_GE(figures.evidence_recall, 0.80);
  EXPECT_GE(figures.evidence_precision, evidence_precision);
  EXPECT_GE(figures.evidence_byte_f1, 0.55);
}

TEST_F(QualityTest, ReachesTheFloorsOnTheSixty) { ExpectFloors(FiguresOf("dev.jsonl"), 0.70); }

TEST_F(QualityTest, ReachesTheFloorsOnReportsThatRulesWereLearntFrom) {
  for (const char* const file :
       {"further_a.jsonl", "further_c.jsonl", "further_d.jsonl", "further_j.jsonl",
        "further_k.jsonl", "further_l.jsonl", "further_m.jsonl", "further_n.jsonl",
        "further_p.jsonl", "further_s.jsonl", "further_t.jsonl", "further_w.jsonl",
        "further_y.jsonl"}) {
    ExpectFloors(FiguresOf(file));
  }
}

// Sets that nobody looked at while writing rules.
constexpr const char* kHeldOut[] = {"further_b.jsonl", "further_i.jsonl", "further_q.jsonl",
                                    "further_r.jsonl", "further_u.jsonl"};

// What is promised of reports that nobody looked at, over all of them: a set alone has six that are
// CRITICAL. The figures of each are printed too.
TEST_F(QualityTest, ReachesTheFloorsOnReportsThatNobodyLookedAt) {
  std::vector<Judged> all;
  for (const char* const file : kHeldOut) {
    FiguresOf(file);
    for (Judged& one : Judge(file)) all.push_back(std::move(one));
  }
  const Figures figures = Measure(all, Acts());
  std::cout << "held out, " << all.size() << " reports: " << figures.ToString() << std::endl;
  ExpectFloors(figures);
  // What is held beyond what is promised, with a margin.
  EXPECT_GE(figures.micro_f1, 0.87);
  EXPECT_GE(figures.macro_f1, 0.87);
  EXPECT_LE(figures.harassment_missed, 0.06);
  EXPECT_GE(figures.severity_qwk, 0.80);
  EXPECT_GE(figures.critical_called, 0.80);
  EXPECT_GE(figures.evidence_recall, 0.86);
  EXPECT_GE(figures.evidence_precision, 0.86);
  EXPECT_GE(figures.evidence_byte_f1, 0.68);
}

// One set alone, by a hand that had read no rule when it wrote it.
TEST_F(QualityTest, ReachesTheFloorsOnAStrangersSetAlone) {
  ExpectFloors(FiguresOf("further_r.jsonl"));
}

// Odd words on purpose, each report another scene: what is promised is not reached there. What is
// reached must not get worse.
TEST_F(QualityTest, FindsMostOfWhatIsToldInOddWords) {
  const Figures figures = FiguresOf("further_v.jsonl");
  EXPECT_GE(figures.micro_f1, 0.80);
  EXPECT_LE(figures.harassment_missed, 0.14);
  EXPECT_LE(figures.benign_flagged, 0.11);
  EXPECT_GE(figures.evidence_recall, 0.70);
  EXPECT_GE(figures.evidence_precision, 0.82);
}

// A stranger's set that nobody looked at, far from all that was written before: what is promised is
// not reached there. What is reached must not get worse.
TEST_F(QualityTest, FindsMostOfWhatIsFarFromAllThatWasLearnt) {
  const Figures figures = FiguresOf("further_x.jsonl");
  EXPECT_GE(figures.micro_f1, 0.69);
  EXPECT_LE(figures.harassment_missed, 0.23);
  EXPECT_LE(figures.benign_flagged, 0.20);
  EXPECT_GE(figures.evidence_recall, 0.53);
  EXPECT_GE(figures.evidence_precision, 0.82);
}

// Near-misses alone: complaints in the right, other people's quarrels, things and mishaps.
TEST_F(QualityTest, LeavesNearMissesAlone) {
  for (const char* const file : {"further_e.jsonl", "further_f.jsonl", "further_g.jsonl",
                                 "further_h.jsonl", "further_o.jsonl"}) {
    EXPECT_LE(FiguresOf(file).benign_flagged, 0.05) << file;
  }
}

TEST_F(QualityTest, LeavesBenignDialogueAlone) {
  std::ifstream in(DataFile("benign_ja.txt"));
  int lines = 0;
  int flagged = 0;
  mamori::v1::Report report;
  report.set_kind(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
  for (std::string line; std::getline(in, line); ++lines) {
    report.set_narrative(line);
    const mamori::v1::Assessment assessment = assessor_->Assess(report);
    if (assessment.no_rule_matched()) continue;
    ++flagged;
    std::cout << policy::PredictionLine(line, assessment) << "\n";
  }
  std::cout << "benign_ja: " << flagged << " of " << lines << " flagged" << std::endl;
  EXPECT_GT(lines, 4000);
  EXPECT_LE(flagged, lines / 1000);
}

TEST_F(QualityTest, StartsQuicklyAndSmall) {
  const double start = CpuMillis();
  const long before = ResidentKibibytes();
  const auto version =
      policy::LoadPolicyFile(testing::SourceRoot() + "/deploy/policy/default.textproto");
  ASSERT_TRUE(version.ok());
  const double loaded = CpuMillis();
  const Assessor assessor((*version)->policy, (*version)->digest);
  const double compiled = CpuMillis();
  for (const char* const file : {"further_a.jsonl", "further_c.jsonl"}) {
    for (const Judged& one : Judge(file)) assessor.Assess(one.sample.report);
  }
  const long grown = ResidentKibibytes() - before;
  std::cout << "policy: " << (*version)->policy.rules_size() << " rules, loaded in "
            << loaded - start << " ms, compiled in " << compiled - loaded << " ms, " << grown / 1024
            << " MiB after use" << std::endl;
  // What is promised is a start within 1,000 ms; the room is for sanitizers.
  EXPECT_LT(compiled - start, 5000.0);
}

// Millis of each, ascending.
std::vector<double> Timed(const Assessor& assessor, const std::vector<Judged>& reports) {
  std::vector<double> millis;
  for (const Judged& one : reports) {
    const double begin = CpuMillis();
    assessor.Assess(one.sample.report);
    millis.push_back(CpuMillis() - begin);
  }
  std::sort(millis.begin(), millis.end());
  return millis;
}

TEST_F(QualityTest, IsQuick) {
  // As a service that has run for a while meets a report: its patterns have seen others.
  const Assessor assessor(assessor_->policy(), assessor_->digest());
  std::vector<Judged> others;
  for (const char* const file : {"dev.jsonl", "further_a.jsonl", "further_c.jsonl"}) {
    for (Judged& one : Judge(file)) others.push_back(std::move(one));
  }
  Timed(assessor, others);
  std::vector<Judged> fresh;
  for (const char* const file : kHeldOut) {
    for (Judged& one : Judge(file)) fresh.push_back(std::move(one));
  }
  const std::vector<double> first = Timed(assessor, fresh);
  const std::vector<double> again = Timed(assessor, fresh);
  const auto large_of = [&](size_t bytes) {
    mamori::v1::Report report;
    for (size_t i = 0; report.narrative().size() + 1000 < bytes; ++i) {
      report.mutable_narrative()->append(others[i % others.size()].sample.report.narrative());
    }
    assessor.Assess(report);
    const double begin = CpuMillis();
    assessor.Assess(report);
    return CpuMillis() - begin;
  };
  const double half = large_of(32 << 10);
  const double large = large_of(64 << 10);
  const auto quantiles = [](const std::vector<double>& millis) {
    return absl::StrCat("p50 ", millis[millis.size() / 2], " ms, p99 ",
                        millis[millis.size() * 99 / 100], " ms");
  };
  std::cout << "a report that was never seen: " << quantiles(first)
            << "; seen: " << quantiles(again) << "; 32 KiB: " << half << " ms, 64 KiB: " << large
            << " ms" << std::endl;
  // What is promised is 2 ms and 150 ms; the room is for sanitizers and loaded machines.
  EXPECT_LT(first[first.size() * 99 / 100], 20.0);
  EXPECT_LT(large, 1500.0);
  EXPECT_LT(large, 4 * half) << "linear";
}

}  // namespace
}  // namespace mamori::triage
