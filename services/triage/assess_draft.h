// One category's finding while its rules are gathered. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_ASSESS_DRAFT_H_
#define MAMORI_SERVICES_TRIAGE_ASSESS_DRAFT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "common/policy/report_text.h"
#include "mamori/v1/assessment.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::triage {

class Draft {
 public:
  explicit Draft(std::string category) { finding_.set_category(std::move(category)); }

  // A rule that matched, with its passages in `text.plain`; they become clauses of the original.
  // Passages of rules below `min_weight` only count while no stronger rule has any, those of rules
  // below half of it when nothing else is there.
  void Add(const mamori::v1::Rule& rule, const policy::ReportText& text,
           const std::vector<policy::Span>& spans, int min_weight);
  // Takes from the score, or adds to it.
  void Lower(int by);
  void Raise(int by);
  // Keeps, of the passages of hints, the one or two that `speaks` says most of.
  void KeepHints(absl::FunctionRef<int64_t(std::string_view clause)> speaks);

  int score() const { return finding_.score(); }
  mamori::v1::Severity severity() const { return severity_; }
  const mamori::v1::Rule& strongest() const { return *strongest_; }
  const std::string& category() const { return finding_.category(); }

  // The finding, in order. Once.
  mamori::v1::CategoryFinding Finish();

 private:
  mamori::v1::CategoryFinding finding_;
  std::vector<mamori::v1::EvidenceSpan> weak_;
  std::vector<mamori::v1::EvidenceSpan> hints_;
  std::vector<std::string> clauses_;  // of hints_, folded
  const mamori::v1::Rule* strongest_ = nullptr;
  mamori::v1::Severity severity_ = mamori::v1::SEVERITY_LOW;
};

// The order of findings: severity, score, category.
bool MoreSerious(const Draft& a, const Draft& b);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ASSESS_DRAFT_H_
