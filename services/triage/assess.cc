#include "services/triage/assess.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace mamori::triage {
namespace {

constexpr int kMaxScore = 1000;
constexpr int64_t kSetMemory = 8 << 20;

std::set<mamori::v1::ActorRelation> RelationsOf(const mamori::v1::Report& report) {
  std::set<mamori::v1::ActorRelation> relations;
  for (const mamori::v1::AllegedActor& actor : report.actors()) {
    relations.insert(actor.relation() == mamori::v1::ACTOR_RELATION_UNSPECIFIED
                         ? mamori::v1::ACTOR_RELATION_UNKNOWN
                         : actor.relation());
  }
  if (!relations.empty()) return relations;
  if (report.kind() == mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT) {
    return {mamori::v1::ACTOR_RELATION_INTERNAL_SUPERIOR, mamori::v1::ACTOR_RELATION_INTERNAL_PEER,
            mamori::v1::ACTOR_RELATION_INTERNAL_SUBORDINATE};
  }
  return {mamori::v1::ACTOR_RELATION_UNKNOWN};
}

bool HasRelation(const mamori::v1::FactGate& gate, const mamori::v1::Report& report) {
  if (gate.actor_relations().empty()) return true;
  const std::set<mamori::v1::ActorRelation> relations = RelationsOf(report);
  return std::any_of(gate.actor_relations().begin(), gate.actor_relations().end(),
                     [&](int relation) {
                       return relations.count(static_cast<mamori::v1::ActorRelation>(relation)) > 0;
                     });
}

bool HasChannel(const mamori::v1::FactGate& gate, const mamori::v1::Report& report) {
  if (gate.channels().empty()) return true;
  return std::any_of(report.occurrences().begin(), report.occurrences().end(),
                     [&](const mamori::v1::Occurrence& occurrence) {
                       return std::find(gate.channels().begin(), gate.channels().end(),
                                        occurrence.channel()) != gate.channels().end();
                     });
}

bool HasUrl(const mamori::v1::Report& report) {
  return std::any_of(
      report.occurrences().begin(), report.occurrences().end(),
      [](const mamori::v1::Occurrence& occurrence) { return occurrence.urls_size() > 0; });
}

// One category's finding while its rules are gathered.
struct Draft {
  mamori::v1::CategoryFinding finding;
  const mamori::v1::Rule* strongest = nullptr;
  mamori::v1::Severity severity = mamori::v1::SEVERITY_LOW;
};

bool Stronger(const mamori::v1::Rule& a, const mamori::v1::Rule& b) {
  if (a.severity() != b.severity()) return a.severity() > b.severity();
  if (a.weight() != b.weight()) return a.weight() > b.weight();
  return a.id() < b.id();
}

void AddHit(const mamori::v1::Rule& rule, const std::vector<policy::Span>& spans, Draft& draft) {
  draft.finding.set_category(rule.category());
  draft.finding.add_rule_ids(rule.id());
  draft.finding.set_score(std::min(kMaxScore, draft.finding.score() + rule.weight()));
  draft.severity = std::max(draft.severity, rule.severity());
  if (draft.strongest == nullptr || Stronger(rule, *draft.strongest)) draft.strongest = &rule;
  for (const policy::Span& span : spans) {
    mamori::v1::EvidenceSpan* evidence = draft.finding.add_evidence();
    evidence->set_byte_start(static_cast<int32_t>(span.begin));
    evidence->set_byte_end(static_cast<int32_t>(span.end));
    evidence->set_rule_id(rule.id());
  }
}

void Finish(Draft& draft) {
  draft.finding.set_reason_ja(draft.strongest->reason_ja());
  draft.finding.set_reason_en(draft.strongest->reason_en());
  std::sort(draft.finding.mutable_rule_ids()->begin(), draft.finding.mutable_rule_ids()->end());
  std::sort(draft.finding.mutable_evidence()->begin(), draft.finding.mutable_evidence()->end(),
            [](const mamori::v1::EvidenceSpan& a, const mamori::v1::EvidenceSpan& b) {
              if (a.byte_start() != b.byte_start()) return a.byte_start() < b.byte_start();
              if (a.byte_end() != b.byte_end()) return a.byte_end() < b.byte_end();
              return a.rule_id() < b.rule_id();
            });
}

bool MoreSerious(const Draft& a, const Draft& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  if (a.finding.score() != b.finding.score()) return a.finding.score() > b.finding.score();
  return a.finding.category() < b.finding.category();
}

}  // namespace

bool FactsHold(const mamori::v1::FactGate& gate, const mamori::v1::Report& report) {
  return report.contact_count() >= gate.min_contact_count() &&
         report.total_minutes() >= gate.min_total_minutes() && HasRelation(gate, report) &&
         HasChannel(gate, report) && (!gate.has_url() || HasUrl(report)) &&
         (!gate.immediate_danger() || report.immediate_danger());
}

Assessor::Assessor(mamori::v1::Policy policy, std::string digest)
    : policy_(std::move(policy)), digest_(std::move(digest)) {
  RE2::Options options = policy::PatternOptions();
  options.set_max_mem(kSetMemory);
  auto set = std::make_unique<RE2::Set>(options, RE2::UNANCHORED);
  bool usable = true;
  for (int i = 0; i < policy_.rules_size(); ++i) {
    matchers_.emplace_back(policy_.rules(i));
    for (const std::string& pattern : policy_.rules(i).patterns()) {
      usable = usable && set->Add(pattern, nullptr) >= 0;
      rule_of_pattern_.push_back(i);
    }
  }
  if (usable && !rule_of_pattern_.empty() && set->Compile()) patterns_ = std::move(set);
}

std::vector<bool> Assessor::Candidates(std::string_view text) const {
  std::vector<bool> candidates(matchers_.size(), patterns_ == nullptr);
  if (patterns_ == nullptr) return candidates;
  std::vector<int> matched;
  RE2::Set::ErrorInfo error{};
  const bool any = patterns_->Match(re2::StringPiece(text.data(), text.size()), &matched, &error);
  if (!any && error.kind != RE2::Set::kNoError) {
    // Out of automaton memory on this text: slower, never blind.
    candidates.assign(matchers_.size(), true);
    return candidates;
  }
  for (int pattern : matched) candidates[rule_of_pattern_[pattern]] = true;
  return candidates;
}

std::vector<Assessor::Hit> Assessor::FindHits(const mamori::v1::Report& report) const {
  std::vector<Hit> hits;
  const std::vector<bool> in_narrative = Candidates(report.narrative());
  std::vector<std::vector<bool>> in_supplement;
  for (const mamori::v1::Supplement& supplement : report.supplements()) {
    in_supplement.push_back(Candidates(supplement.text()));
  }
  for (int i = 0; i < policy_.rules_size(); ++i) {
    const mamori::v1::Rule& rule = policy_.rules(i);
    if (!FactsHold(rule.facts(), report)) continue;
    Hit hit{&rule, {}};
    bool found = rule.patterns().empty();
    if (in_narrative[i]) hit.spans = matchers_[i].Find(report.narrative());
    found = found || !hit.spans.empty();
    for (int k = 0; k < report.supplements_size() && !found; ++k) {
      found = in_supplement[k][i] && !matchers_[i].Find(report.supplements(k).text()).empty();
    }
    if (found) hits.push_back(std::move(hit));
  }
  return hits;
}

mamori::v1::Assessment Assessor::Assess(const mamori::v1::Report& report) const {
  const std::vector<Hit> hits = FindHits(report);
  std::map<std::string, Draft> by_category;
  mamori::v1::Severity severity = mamori::v1::SEVERITY_LOW;
  for (const Hit& hit : hits) {
    AddHit(*hit.rule, hit.spans, by_category[hit.rule->category()]);
    severity = std::max(severity, hit.rule->severity());
  }
  if (report.immediate_danger()) severity = mamori::v1::SEVERITY_CRITICAL;
  std::set<std::string> sources;
  for (const Hit& hit : hits) {
    if (hit.rule->severity() == severity) sources.insert(hit.rule->id());
  }
  if (report.immediate_danger()) sources.insert(kImmediateDanger);

  std::vector<Draft> drafts;
  for (auto& [category, draft] : by_category) {
    Finish(draft);
    drafts.push_back(std::move(draft));
  }
  std::sort(drafts.begin(), drafts.end(), MoreSerious);

  mamori::v1::Assessment assessment;
  assessment.set_report(report.name());
  assessment.set_policy_digest(digest_);
  assessment.set_severity(severity);
  assessment.set_no_rule_matched(hits.empty());
  for (const std::string& source : sources) assessment.add_severity_sources(source);
  for (Draft& draft : drafts) *assessment.add_findings() = std::move(draft.finding);
  Recommend(assessment, report.immediate_danger());
  return assessment;
}

void Assessor::Recommend(mamori::v1::Assessment& assessment, bool danger) const {
  std::map<std::string_view, mamori::v1::Severity> found;
  std::map<std::string_view, const mamori::v1::Rule*> rules;
  for (const mamori::v1::Rule& rule : policy_.rules()) rules[rule.id()] = &rule;
  for (const mamori::v1::CategoryFinding& finding : assessment.findings()) {
    mamori::v1::Severity& severity = found[finding.category()];
    for (const std::string& id : finding.rule_ids()) {
      severity = std::max(severity, rules[id]->severity());
    }
  }
  std::set<std::string_view> recommended;
  for (const mamori::v1::MeasureLine& line : policy_.measure_lines()) {
    bool applies = false;
    if (line.category().empty()) {
      applies = (danger || !found.empty()) && assessment.severity() >= line.min_severity();
    } else if (const auto it = found.find(line.category()); it != found.end()) {
      applies = it->second >= line.min_severity();
    }
    if (!applies) continue;
    for (const std::string& measure : line.measures()) {
      if (!recommended.insert(measure).second) continue;
      mamori::v1::RecommendedMeasure* one = assessment.add_recommended_measures();
      one->set_measure(measure);
      one->set_policy_line(line.id());
    }
  }
}

}  // namespace mamori::triage
