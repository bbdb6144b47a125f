#include "services/triage/assess_draft.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/text/passages.h"

namespace mamori::triage {
namespace {

constexpr int kMaxScore = 1000;
// Forty Japanese characters, or a line of English: a reader sees what was meant.
constexpr size_t kMaxClauseBytes = 120;
constexpr size_t kMaxHintPassages = 2;

bool Stronger(const mamori::v1::Rule& a, const mamori::v1::Rule& b) {
  if (a.severity() != b.severity()) return a.severity() > b.severity();
  if (a.weight() != b.weight()) return a.weight() > b.weight();
  return a.id() < b.id();
}

}  // namespace

void Draft::Add(const mamori::v1::Rule& rule, const policy::ReportText& text,
                const std::vector<policy::Span>& spans, int min_weight) {
  finding_.add_rule_ids(rule.id());
  finding_.set_score(std::min(kMaxScore, finding_.score() + rule.weight()));
  severity_ = std::max(severity_, rule.severity());
  if (strongest_ == nullptr || Stronger(rule, *strongest_)) strongest_ = &rule;
  policy::Span last;
  for (const policy::Span& span : spans) {
    if (span.end <= last.end) continue;
    last = text::ClauseAround(text.plain.text(), span, kMaxClauseBytes);
    const policy::Span original = text.Original(last);
    mamori::v1::EvidenceSpan evidence;
    evidence.set_byte_start(static_cast<int32_t>(original.begin));
    evidence.set_byte_end(static_cast<int32_t>(original.end));
    evidence.set_rule_id(rule.id());
    if (rule.weight() * 2 < min_weight) {
      hints_.push_back(std::move(evidence));
      clauses_.emplace_back(text.plain.text().substr(last.begin, last.size()));
    } else if (rule.weight() < min_weight) {
      weak_.push_back(std::move(evidence));
    } else {
      *finding_.add_evidence() = std::move(evidence);
    }
  }
}

void Draft::Lower(int by) { finding_.set_score(std::max(0, finding_.score() - by)); }

void Draft::Raise(int by) { finding_.set_score(std::min(kMaxScore, finding_.score() + by)); }

void Draft::KeepHints(absl::FunctionRef<int64_t(std::string_view clause)> speaks) {
  std::vector<std::pair<int64_t, size_t>> ranked;
  std::set<std::string_view> known;
  for (size_t i = 0; i < clauses_.size(); ++i) {
    if (known.insert(clauses_[i]).second) ranked.emplace_back(speaks(clauses_[i]), i);
  }
  // Most first, then in their order. An act that has no leaning has the least score there is, which
  // nothing negates.
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  if (ranked.size() > kMaxHintPassages) ranked.resize(kMaxHintPassages);
  std::vector<mamori::v1::EvidenceSpan> kept;
  for (const auto& [score, i] : ranked) kept.push_back(std::move(hints_[i]));
  hints_ = std::move(kept);
}

mamori::v1::CategoryFinding Draft::Finish() {
  if (finding_.evidence().empty()) {
    for (const auto& evidence : weak_.empty() ? hints_ : weak_) *finding_.add_evidence() = evidence;
  }
  finding_.set_reason_ja(strongest_->reason_ja());
  finding_.set_reason_en(strongest_->reason_en());
  std::sort(finding_.mutable_rule_ids()->begin(), finding_.mutable_rule_ids()->end());
  std::sort(finding_.mutable_evidence()->begin(), finding_.mutable_evidence()->end(),
            [](const mamori::v1::EvidenceSpan& a, const mamori::v1::EvidenceSpan& b) {
              if (a.byte_start() != b.byte_start()) return a.byte_start() < b.byte_start();
              if (a.byte_end() != b.byte_end()) return a.byte_end() < b.byte_end();
              return a.rule_id() < b.rule_id();
            });
  return std::move(finding_);
}

bool MoreSerious(const Draft& a, const Draft& b) {
  if (a.severity() != b.severity()) return a.severity() > b.severity();
  if (a.score() != b.score()) return a.score() > b.score();
  return a.category() < b.category();
}

}  // namespace mamori::triage
