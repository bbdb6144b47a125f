#include "services/triage/figures.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_format.h"

namespace mamori::triage {
namespace {

struct Counts {
  double hit = 0;
  double wrong = 0;
  double missed = 0;
  double Precision() const { return hit + wrong > 0 ? hit / (hit + wrong) : 0; }
  double Recall() const { return hit + missed > 0 ? hit / (hit + missed) : 0; }
  double F1() const { return hit > 0 ? 2 * hit / (2 * hit + wrong + missed) : 0; }
};

struct Share {
  double part = 0;
  double all = 0;
  void Count(bool counts) {
    ++all;
    if (counts) ++part;
  }
  double Value() const { return all > 0 ? part / all : 0; }
};

std::set<std::string> Proposed(const Judged& one) {
  std::set<std::string> labels;
  for (const auto& finding : one.assessment.findings()) labels.insert(finding.category());
  return labels;
}

bool Touches(const mamori::v1::EvidenceSpan& span, const policy::Sample::Passage& passage) {
  return span.byte_start() < passage.end && passage.begin < span.byte_end();
}

double Kappa(const std::vector<Judged>& judged) {
  constexpr int kLevels = 4;
  std::array<double, kLevels> gold{};
  std::array<double, kLevels> said{};
  double observed = 0;
  for (const Judged& one : judged) {
    const int a = one.sample.severity - 1;
    const int b = one.assessment.severity() - 1;
    ++gold[a];
    ++said[b];
    observed += (a - b) * (a - b);
  }
  double expected = 0;
  for (int a = 0; a < kLevels; ++a) {
    for (int b = 0; b < kLevels; ++b) expected += gold[a] * said[b] * (a - b) * (a - b);
  }
  expected /= static_cast<double>(judged.size());
  return expected > 0 ? 1 - observed / expected : 0;
}

struct EvidenceCounts {
  Share recall;
  Share precision;
  Counts bytes;

  void Add(const Judged& one) {
    const std::vector<policy::Sample::Passage>& gold = one.sample.evidence;
    if (gold.empty()) return;
    std::set<std::string> labels;
    for (const auto& passage : gold) labels.insert(passage.label);
    for (const auto& finding : one.assessment.findings()) {
      if (one.sample.labels.count(finding.category()) == 0) continue;
      for (const auto& span : finding.evidence()) {
        precision.Count(std::any_of(gold.begin(), gold.end(), [&](const auto& passage) {
          return passage.label == finding.category() && Touches(span, passage);
        }));
      }
    }
    for (const std::string& label : labels) AddLabel(one, label);
  }

  void AddLabel(const Judged& one, const std::string& label) {
    std::vector<bool> gold(one.sample.report.narrative().size(), false);
    std::vector<bool> said = gold;
    bool touched = false;
    for (const auto& passage : one.sample.evidence) {
      if (passage.label != label) continue;
      std::fill(gold.begin() + passage.begin, gold.begin() + passage.end, true);
      for (const auto& finding : one.assessment.findings()) {
        if (finding.category() != label) continue;
        for (const auto& span : finding.evidence()) {
          touched = touched || Touches(span, passage);
          std::fill(said.begin() + span.byte_start(), said.begin() + span.byte_end(), true);
        }
      }
    }
    recall.Count(touched);
    for (size_t i = 0; i < gold.size(); ++i) {
      bytes.hit += gold[i] && said[i];
      bytes.wrong += !gold[i] && said[i];
      bytes.missed += gold[i] && !said[i];
    }
  }
};

}  // namespace

Figures Measure(const std::vector<Judged>& judged, const std::vector<std::string>& acts) {
  Figures figures;
  Counts all;
  for (const std::string& act : acts) {
    Counts counts;
    for (const Judged& one : judged) {
      const bool gold = one.sample.labels.count(act) > 0;
      const bool said = Proposed(one).count(act) > 0;
      counts.hit += gold && said;
      counts.wrong += !gold && said;
      counts.missed += gold && !said;
    }
    all.hit += counts.hit;
    all.wrong += counts.wrong;
    all.missed += counts.missed;
    figures.f1.emplace_back(act, counts.F1());
    figures.macro_f1 += counts.F1() / static_cast<double>(acts.size());
  }
  figures.micro_precision = all.Precision();
  figures.micro_recall = all.Recall();
  figures.micro_f1 = all.F1();
  Share benign, missed, caught, called;
  EvidenceCounts evidence;
  for (const Judged& one : judged) {
    const bool proposed = one.assessment.findings_size() > 0;
    if (one.sample.labels.empty()) {
      benign.Count(proposed);
    } else {
      missed.Count(!proposed);
    }
    if (one.sample.severity == mamori::v1::SEVERITY_CRITICAL) {
      caught.Count(one.assessment.severity() >= mamori::v1::SEVERITY_HIGH);
      called.Count(one.assessment.severity() == mamori::v1::SEVERITY_CRITICAL);
    }
    evidence.Add(one);
  }
  figures.benign_flagged = benign.Value();
  figures.harassment_missed = missed.Value();
  figures.critical = static_cast<int>(caught.all);
  figures.critical_caught = caught.Value();
  figures.critical_called = called.Value();
  figures.severity_qwk = judged.empty() ? 0 : Kappa(judged);
  figures.evidence_recall = evidence.recall.Value();
  figures.evidence_precision = evidence.precision.Value();
  figures.evidence_byte_f1 = evidence.bytes.F1();
  return figures;
}

std::string Figures::ToString() const {
  std::string line = absl::StrFormat(
      "micro P %.3f R %.3f F1 %.3f | macro F1 %.3f | benign flagged %.3f | missed %.3f | severity "
      "qwk %.3f | CRITICAL caught %.2f called %.2f | evidence R %.3f P %.3f byte-F1 %.3f",
      micro_precision, micro_recall, micro_f1, macro_f1, benign_flagged, harassment_missed,
      severity_qwk, critical_caught, critical_called, evidence_recall, evidence_precision,
      evidence_byte_f1);
  for (const auto& [act, value] : f1) absl::StrAppendFormat(&line, "\n  %-28s F1 %.2f", act, value);
  return line;
}

}  // namespace mamori::triage
