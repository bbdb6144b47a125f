#include "services/triage/assess.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/policy/crosswalk.h"

namespace mamori::triage {
namespace {

constexpr char kDangerJa[] = "報告者が差し迫った危険を訴えている";
constexpr char kDangerEn[] = "The reporter says that someone is in danger now";

// What sets the severity: the highest call for it, with all who made it.
class SeverityVote {
 public:
  void Call(mamori::v1::Severity severity, const std::string& source, const std::string& reason_ja,
            const std::string& reason_en) {
    if (severity < severity_) return;
    if (severity > severity_) sources_.clear();
    severity_ = severity;
    sources_.try_emplace(source, reason_ja, reason_en);
  }
  mamori::v1::Severity severity() const { return severity_; }

  void Write(mamori::v1::Assessment& assessment) const {
    assessment.set_severity(severity_);
    for (const auto& [source, reason] : sources_) assessment.add_severity_sources(source);
    if (severity_ == mamori::v1::SEVERITY_LOW || sources_.empty()) return;
    assessment.set_severity_reason_ja(sources_.begin()->second.first);
    assessment.set_severity_reason_en(sources_.begin()->second.second);
  }

 private:
  mamori::v1::Severity severity_ = mamori::v1::SEVERITY_LOW;
  std::map<std::string, std::pair<std::string, std::string>> sources_;
};

}  // namespace

Assessor::Assessor(mamori::v1::Policy policy, std::string digest)
    : policy_(std::move(policy)),
      digest_(std::move(digest)),
      slots_(policy_),
      guards_(policy_, slots_),
      index_(policy_, slots_),
      terms_({policy_.opinion().terms().begin(), policy_.opinion().terms().end()}) {
  if (policy_.opinion().has_model()) {
    opinion_ = std::make_unique<const Opinion>(policy_, policy_.opinion().model(), digest_);
  }
  if (policy_.opinion().has_leaning()) {
    leaning_ = std::make_unique<const Leaning>(policy_.opinion());
  }
  for (int i = 0; i < policy_.rules_size(); ++i) {
    matchers_.emplace_back(policy_.rules(i), slots_);
    if (policy::IsWordless(policy_.rules(i))) wordless_.push_back(i);
  }
  for (const mamori::v1::SeverityLine& line : policy_.severity_lines()) {
    severity_patterns_.emplace_back(line.patterns(), slots_);
  }
  for (const mamori::v1::Act& act : policy_.acts()) {
    if (!act.outside_act().empty()) outside_act_[act.id()] = act.outside_act();
  }
}

Assessor::Candidates Assessor::CandidatesIn(const Texts& texts) const {
  Candidates candidates{index_.Candidates(texts.narrative), {}};
  for (const auto& text : texts.supplements) {
    candidates.supplements.push_back(index_.Candidates(text));
  }
  return candidates;
}

std::vector<Assessor::Hit> Assessor::FindHits(bool hints, const mamori::v1::Report& report,
                                              const Texts& texts, const Candidates& candidates,
                                              std::set<std::string>& guards) const {
  std::vector<Hit> hits;
  // Of a thousand rules a report needs a few dozen.
  std::set<int> tried(wordless_.begin(), wordless_.end());
  for (const auto& [i, windows] : candidates.narrative) tried.insert(i);
  for (const auto& one : candidates.supplements) {
    for (const auto& [i, windows] : one) tried.insert(i);
  }
  for (const int i : tried) {
    const mamori::v1::Rule& rule = policy_.rules(i);
    if (rule.hint() != hints) continue;
    const auto find = [&](const Text& text, const std::map<int, policy::Windows>& places) {
      const auto windows = places.find(i);
      if (windows == places.end()) return std::vector<policy::Span>();
      return text.guards.Keep(rule, matchers_[i].Find(text, windows->second), &guards);
    };
    if (!FactsHold(rule.facts(), report)) continue;
    Hit hit{i, &rule, {}};
    hit.spans = find(texts.narrative, candidates.narrative);
    bool found = policy::IsWordless(rule) || !hit.spans.empty();
    for (size_t k = 0; k < texts.supplements.size() && !found; ++k) {
      found = !find(texts.supplements[k], candidates.supplements[k]).empty();
    }
    if (found) hits.push_back(std::move(hit));
  }
  return hits;
}

Assessor::Drafts Assessor::DraftsOf(const std::vector<Hit>& hits, const mamori::v1::Report& report,
                                    const Texts& texts, std::set<std::string>& guards) const {
  Drafts drafts;
  const int min_score = std::max(1, policy_.min_score());
  const auto add = [&](const std::string& category, const Hit& hit) {
    drafts.try_emplace(category, category)
        .first->second.Add(*hit.rule, texts.narrative, hit.spans, min_score);
  };
  for (const Hit& hit : hits) {
    const mamori::v1::Rule& rule = *hit.rule;
    if (!rule.category().empty()) add(rule.category(), hit);
    const auto outside = outside_act_.find(rule.category());
    if (outside != outside_act_.end() && HasSide(mamori::v1::ACTOR_SIDE_OUTSIDE, report)) {
      add(outside->second, hit);
    }
  }
  std::set<std::string> categories;
  for (const auto& [category, draft] : drafts) categories.insert(category);
  for (const mamori::v1::Guard* guard : texts.narrative.guards.Lowering(categories)) {
    if (!FactsHold(guard->facts(), report)) continue;
    guards.insert(guard->id());
    for (auto& [category, draft] : drafts) {
      const auto& ids = guard->categories();
      if (ids.empty() || std::find(ids.begin(), ids.end(), category) != ids.end()) {
        draft.Lower(guard->lowers());
      }
    }
  }
  return drafts;
}

std::vector<Assessor::Hit> Assessor::Lend(const Leaning::Scores& scores,
                                          const mamori::v1::Report& report, const Texts& texts,
                                          const Candidates& candidates, Drafts& drafts,
                                          std::set<std::string>& guards) const {
  std::vector<Hit> hits = FindHits(true, report, texts, candidates, guards);
  Drafts hinted = DraftsOf(hits, report, texts, guards);
  // An act that another stands for is only hinted at by rules of its own.
  std::set<std::string_view> own;
  for (const Hit& hit : hits) own.insert(hit.rule->category());
  // What is weak of itself hints too.
  for (const auto& [category, draft] : drafts) {
    hinted.insert_or_assign(category, draft);
    own.insert(category);
  }
  const auto score = [&](const std::string& act) { return leaning_->ScoreOf(scores, act); };
  std::set<std::string> lent;
  const std::string* most = nullptr;
  for (const auto& [category, draft] : hinted) {
    if (own.count(category) == 0 || draft.score() == 0) continue;
    if (draft.score() + leaning_->lends() < policy_.min_score()) continue;
    if (score(category) > 0) lent.insert(category);
    if (most == nullptr || score(category) > score(*most)) most = &category;
  }
  if (most == nullptr) return {};
  lent.insert(*most);
  for (const auto& [act, outside] : outside_act_) {
    if (lent.count(act) > 0 && hinted.count(outside) > 0) lent.insert(outside);
  }
  for (const std::string& category : lent) {
    Draft& draft = hinted.at(category);
    draft.Raise(leaning_->lends());
    draft.KeepHints([&](std::string_view clause) {
      return leaning_->ScoreOf(leaning_->Of({clause}), category);
    });
    drafts.insert_or_assign(category, std::move(draft));
  }
  return hits;
}

bool Assessor::Speaks(const mamori::v1::SeverityLine& line, int index, const Texts& texts) const {
  const policy::Patterns& patterns = severity_patterns_[index];
  if (patterns.empty()) return true;
  const auto in = [&](const Text& text) {
    std::vector<policy::Span> spans;
    patterns.FindAll(text.plain.text(), {0, text.plain.text().size()}, spans);
    for (const policy::Span& span : spans) {
      if (text.guards.Voiding(span, line.category()) == nullptr) return true;
    }
    return false;
  };
  return in(texts.narrative) || std::any_of(texts.supplements.begin(), texts.supplements.end(), in);
}

Assessor::Texts::Texts(const mamori::v1::Report& report, const policy::Guards& guards)
    : narrative(report.narrative(), guards) {
  for (const mamori::v1::Supplement& supplement : report.supplements()) {
    supplements.emplace_back(supplement.text(), guards);
  }
}

std::vector<std::string_view> Assessor::Texts::Folded() const {
  std::vector<std::string_view> folded{narrative.plain.text()};
  for (const auto& text : supplements) folded.push_back(text.plain.text());
  return folded;
}

OpinionInput Assessor::InputOf(const std::vector<Hit>& hits, const Texts& texts) const {
  OpinionInput input;
  std::set<std::string_view> spoken;
  for (const Hit& hit : hits) {
    input.rules.push_back(hit.index);
    spoken.insert(hit.rule->category());
  }
  for (int i = 0; i < policy_.acts_size(); ++i) {
    if (spoken.count(policy_.acts(i).id()) > 0) input.acts.push_back(i);
  }
  std::vector<bool> found(static_cast<size_t>(policy_.opinion().terms_size()));
  terms_.Find(texts.narrative.plain.text(), found);
  for (const auto& text : texts.supplements) terms_.Find(text.plain.text(), found);
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i]) input.terms.push_back(static_cast<int>(i));
  }
  return input;
}

OpinionInput Assessor::InputOf(const mamori::v1::Report& report) const {
  const Texts texts(report, guards_);
  std::set<std::string> guards;
  return InputOf(FindHits(false, report, texts, CandidatesIn(texts), guards), texts);
}

mamori::v1::Assessment Assessor::Assess(const mamori::v1::Report& report,
                                        const Opinion* opinion) const {
  const Texts texts(report, guards_);
  std::set<std::string> guards;
  const Candidates candidates = CandidatesIn(texts);
  std::vector<Hit> hits = FindHits(false, report, texts, candidates, guards);
  Drafts by_category = DraftsOf(hits, report, texts, guards);

  const int min_score = std::max(1, policy_.min_score());
  std::set<mamori::v1::Danger> dangers;
  SeverityVote vote;
  for (const Hit& hit : hits) {
    const mamori::v1::Rule& rule = *hit.rule;
    if (rule.danger() == mamori::v1::DANGER_UNSPECIFIED) continue;
    dangers.insert(rule.danger());
    vote.Call(mamori::v1::SEVERITY_CRITICAL, rule.id(), rule.reason_ja(), rule.reason_en());
  }
  std::vector<Hit> hints;
  std::string leaning;
  if (leaning_ != nullptr && dangers.empty()) {
    const Leaning::Scores scores = leaning_->Of(texts.Folded());
    const bool silent = std::none_of(by_category.begin(), by_category.end(), [&](const auto& one) {
      return one.second.score() >= min_score;
    });
    if (silent && leaning_->Lends(scores)) {
      hints = Lend(scores, report, texts, candidates, by_category, guards);
      if (!hints.empty()) leaning = scores.ToString();
    } else if (!silent && leaning_->Doubts(scores)) {
      for (auto& [category, draft] : by_category) draft.Lower(leaning_->takes());
      leaning = scores.ToString();
    }
  }

  std::vector<Draft> drafts;
  std::map<std::string, mamori::v1::Severity> found;
  for (auto& [category, draft] : by_category) {
    if (draft.score() < min_score) continue;
    found[category] = draft.severity();
    drafts.push_back(std::move(draft));
  }
  std::sort(drafts.begin(), drafts.end(), MoreSerious);
  for (const std::vector<Hit>* some : {&hits, &hints}) {
    for (const Hit& hit : *some) {
      const mamori::v1::Rule& rule = *hit.rule;
      if (found.count(rule.category()) == 0) continue;
      vote.Call(rule.severity(), rule.id(), rule.reason_ja(), rule.reason_en());
    }
  }
  for (int i = 0; i < policy_.severity_lines_size(); ++i) {
    const mamori::v1::SeverityLine& line = policy_.severity_lines(i);
    const bool concerned =
        line.category().empty() ? !found.empty() : found.count(line.category()) > 0;
    if (!concerned || !FactsHold(line.facts(), report) || !Speaks(line, i, texts)) continue;
    vote.Call(line.severity(), line.id(), line.reason_ja(), line.reason_en());
    for (auto& [category, severity] : found) {
      if (line.category().empty() || line.category() == category) {
        severity = std::max(severity, line.severity());
      }
    }
  }
  if (report.immediate_danger()) {
    vote.Call(mamori::v1::SEVERITY_CRITICAL, kImmediateDanger, kDangerJa, kDangerEn);
  }

  mamori::v1::Assessment assessment;
  assessment.set_report(report.name());
  assessment.set_policy_digest(digest_);
  assessment.set_no_rule_matched(drafts.empty() && dangers.empty());
  for (Draft& draft : drafts) *assessment.add_findings() = draft.Finish();
  for (const mamori::v1::Danger danger : dangers) assessment.add_dangers(danger);
  vote.Write(assessment);
  for (mamori::v1::Signal& signal : SignalsOf(report))
    *assessment.add_signals() = std::move(signal);
  if (!leaning.empty()) {
    mamori::v1::Signal* signal = assessment.add_signals();
    signal->set_kind("leaning");
    signal->set_value(std::move(leaning));
  }
  for (const std::string& guard : guards) {
    mamori::v1::Signal* signal = assessment.add_signals();
    signal->set_kind("guard");
    signal->set_value(guard);
  }
  Recommend(found, report.immediate_danger() || !dangers.empty(), assessment);
  Classify(report, assessment);
  if (opinion != nullptr) {
    *assessment.mutable_second_opinion() =
        opinion->Of(InputOf(hits, texts), !assessment.no_rule_matched());
  }
  return assessment;
}

void Assessor::Classify(const mamori::v1::Report& report,
                        mamori::v1::Assessment& assessment) const {
  assessment.set_crosswalk_version(policy_.crosswalk_version());
  std::vector<policy::FoundAct> acts;
  for (const auto& finding : assessment.findings()) {
    acts.push_back({finding.category(), {finding.rule_ids().begin(), finding.rule_ids().end()}});
  }
  std::set<mamori::v1::Channel> channels;
  for (const auto& occurrence : report.occurrences()) channels.insert(occurrence.channel());
  for (auto& finding : policy::CrosswalkOf(policy_, acts, channels)) {
    *assessment.add_crosswalk() = std::move(finding);
  }
}

void Assessor::Recommend(const std::map<std::string, mamori::v1::Severity>& found, bool danger,
                         mamori::v1::Assessment& assessment) const {
  std::set<std::string_view> recommended;
  const auto& dangers = assessment.dangers();
  for (const mamori::v1::MeasureLine& line : policy_.measure_lines()) {
    bool applies = false;
    if (line.danger() != mamori::v1::DANGER_UNSPECIFIED) {
      applies = std::find(dangers.begin(), dangers.end(), line.danger()) != dangers.end();
    } else if (line.category().empty()) {
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
