#include "services/triage/leaning_trainer.h"

#include <linear.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/text/mapped_text.h"
#include "services/triage/opinion_trainer.h"
#include "services/triage/term_index.h"

namespace mamori::triage {
namespace {

using mamori::v1::LeaningModel;

// Chosen on reports that are learnt from, leaving out one set of them after another.
constexpr double kCost = 10.0;
constexpr double kHarassmentCost = 1.5;
constexpr double kPrecision = 1e-4;
// Terms that speak most of each act are kept.
constexpr size_t kTermsPerAct = 1500;
constexpr double kUnit = 100.0;
constexpr double kNever = -100.0;
constexpr size_t kShortestLetters = 1;
constexpr size_t kMostLetters = 6;
constexpr int kUtterancesForOneLearnt = 8;
constexpr size_t kShortWord = 4;
constexpr size_t kStem = 5;

struct FreeModel {
  void operator()(model* one) const { free_and_destroy_model(&one); }
};

void SayNothing(const char*) {}

// Parts of one to six letters of what has no blanks between words.
void AddParts(std::string_view text, std::set<std::string>& terms) {
  std::vector<size_t> letters;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) letters.push_back(i);
  }
  letters.push_back(text.size());
  for (size_t i = 0; i + 1 < letters.size(); ++i) {
    for (size_t n = kShortestLetters; n <= kMostLetters && i + n < letters.size(); ++n) {
      const std::string_view part = text.substr(letters[i], letters[i + n] - letters[i]);
      const bool latin = std::any_of(part.begin(), part.end(), absl::ascii_isalnum);
      if (!latin) terms.emplace(part);
    }
  }
}

// Words, what they begin with, and two in a row. A short word ends with its blank.
void AddWords(std::string_view text, std::set<std::string>& terms) {
  std::string before;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && (absl::ascii_isalpha(text[end]) || text[end] == '\'')) ++end;
    if (end == i || !absl::ascii_isalpha(text[i])) {
      if (end == i && text[i] != ' ') before.clear();
      i = std::max(end, i + 1);
      continue;
    }
    const std::string word(text.substr(i, end - i));
    if (word.size() <= kShortWord) {
      terms.insert(word + " ");
    } else {
      terms.insert(word.substr(0, kStem));
      terms.insert(word);
    }
    if (!before.empty()) terms.insert(absl::StrCat(before, " ", word));
    before = word;
    i = end;
  }
}

bool CanBeTerm(const std::string& term) {
  return text::Fold(term).text() == term && term.size() >= 2 && term.size() <= 48;
}

// What is learnt from: which terms stand in which report.
class Reports {
 public:
  explicit Reports(const std::vector<policy::Sample>& reports) : reports_(reports) {
    std::map<std::string, int> seen;
    for (const policy::Sample& one : reports) {
      const auto folded = text::Fold(one.report.narrative());
      folded_.emplace_back(folded.text());
      std::set<std::string> terms;
      AddParts(folded_.back(), terms);
      AddWords(folded_.back(), terms);
      for (const std::string& term : terms) ++seen[term];
    }
    std::vector<std::string> terms;
    for (const auto& [term, count] : seen) {
      if (count >= kMinExamplesWithFeature && CanBeTerm(term)) terms.push_back(term);
    }
    Use(std::move(terms));
  }

  // Looks at these terms from now on.
  void Use(std::vector<std::string> terms) {
    terms_ = std::move(terms);
    const TermIndex index({terms_.begin(), terms_.end()});
    rows_.clear();
    counts_.assign(terms_.size(), 0);
    for (const std::string& text : folded_) {
      std::vector<bool> found(terms_.size());
      index.Find(text, found);
      std::vector<feature_node>& row = rows_.emplace_back();
      for (size_t i = 0; i < terms_.size(); ++i) {
        if (!found[i]) continue;
        ++counts_[i];
        row.push_back({static_cast<int>(i) + 1, 0});
      }
      const double share = 1 / std::sqrt(std::max<double>(1, static_cast<double>(row.size())));
      for (feature_node& node : row) node.value = share;
      row.push_back({static_cast<int>(terms_.size()) + 1, 1.0});
      row.push_back({-1, 0.0});
    }
  }

  // Weights of the terms, then the bias. Of an act; of harassment at all when empty.
  std::vector<double> Weigh(const std::string& act) {
    std::vector<feature_node*> rows;
    std::vector<double> labels;
    for (size_t i = 0; i < rows_.size(); ++i) {
      rows.push_back(rows_[i].data());
      const auto& is = reports_[i].labels;
      labels.push_back((act.empty() ? !is.empty() : is.count(act) > 0) ? 1 : -1);
    }
    // Of what nobody reports there is nothing to learn.
    if (std::count(labels.begin(), labels.end(), 1) == 0) {
      std::vector<double> none(terms_.size() + 1);
      none.back() = kNever;
      return none;
    }
    problem task{};
    task.l = static_cast<int>(rows.size());
    task.n = static_cast<int>(terms_.size()) + 1;
    task.bias = 1;
    task.x = rows.data();
    task.y = labels.data();
    int label = 1;
    double cost = kHarassmentCost;
    parameter how{};
    how.solver_type = L2R_LR;
    how.C = kCost;
    how.eps = kPrecision;
    how.nr_weight = 1;
    how.weight_label = &label;
    how.weight = &cost;
    set_print_string_function(&SayNothing);
    const std::unique_ptr<model, FreeModel> trained(train(&task, &how));
    const double sign = trained->label[0] == 1 ? 1 : -1;
    std::vector<double> weights;
    for (int i = 0; i < task.n; ++i) weights.push_back(sign * trained->w[i]);
    return weights;
  }

  // The terms that `weights` make most of, by how often they are seen.
  std::set<std::string> Most(const std::vector<double>& weights) const {
    std::vector<std::pair<double, size_t>> ranked;
    for (size_t i = 0; i < terms_.size(); ++i) {
      ranked.emplace_back(-std::abs(weights[i]) * std::sqrt(counts_[i]), i);
    }
    std::sort(ranked.begin(), ranked.end());
    std::set<std::string> most;
    for (size_t i = 0; i < ranked.size() && i < kTermsPerAct; ++i) {
      most.insert(terms_[ranked[i].second]);
    }
    return most;
  }

  const std::vector<std::string>& terms() const { return terms_; }

 private:
  const std::vector<policy::Sample>& reports_;
  std::vector<std::string> folded_;
  std::vector<std::string> terms_;
  std::vector<int> counts_;
  std::vector<std::vector<feature_node>> rows_;
};

// The examples of rules, which are of their act, and their counter-examples, which are of none.
std::vector<policy::Sample> SamplesOf(const mamori::v1::Policy& policy) {
  std::vector<policy::Sample> samples;
  for (const mamori::v1::Rule& rule : policy.rules()) {
    if (rule.hint() || rule.category().empty()) continue;
    for (const std::string& example : rule.examples()) {
      policy::Sample& one = samples.emplace_back();
      one.report.set_narrative(example);
      one.labels.insert(rule.category());
    }
    for (const std::string& example : rule.counter_examples()) {
      samples.emplace_back().report.set_narrative(example);
    }
  }
  return samples;
}

int32_t Rounded(double weight) { return static_cast<int32_t>(std::lround(weight * kUnit)); }

}  // namespace

absl::StatusOr<LeaningModel> TrainLeaning(const mamori::v1::Policy& policy,
                                          const std::vector<policy::Sample>& reports) {
  const auto harassment = std::count_if(reports.begin(), reports.end(),
                                        [](const auto& one) { return !one.labels.empty(); });
  if (harassment == 0 || harassment == static_cast<long>(reports.size())) {
    return absl::InvalidArgumentError("want reports of harassment and others");
  }
  std::vector<std::string> columns{""};
  for (const mamori::v1::Act& act : policy.acts()) columns.push_back(act.id());
  std::vector<policy::Sample> all = SamplesOf(policy);
  all.insert(all.end(), reports.begin(), reports.end());
  Reports learnt(all);
  std::set<std::string> kept;
  for (const std::string& column : columns) kept.merge(learnt.Most(learnt.Weigh(column)));
  learnt.Use({kept.begin(), kept.end()});
  LeaningModel result;
  for (const std::string& term : learnt.terms()) result.add_terms()->set_term(term);
  for (const std::string& column : columns) {
    const std::vector<double> weights = learnt.Weigh(column);
    if (!column.empty()) result.add_acts(column);
    result.add_biases(Rounded(weights.back()));
    for (int i = 0; i < result.terms_size(); ++i) {
      result.mutable_terms(i)->add_weights(Rounded(weights[static_cast<size_t>(i)]));
    }
  }
  result.set_examples(static_cast<int32_t>(reports.size()));
  return result;
}

absl::StatusOr<std::vector<policy::Sample>> ReadUtterances(const std::string& file) {
  std::ifstream in(file);
  if (!in) return absl::NotFoundError(absl::StrCat(file, ": cannot be read"));
  std::vector<policy::Sample> samples;
  int number = 0;
  for (std::string line; std::getline(in, line); ++number) {
    if (number % kUtterancesForOneLearnt != 0) continue;
    samples.emplace_back().report.set_narrative(line);
  }
  return samples;
}

std::string LeaningText(const LeaningModel& model) {
  std::string text = "  leaning {\n";
  for (const std::string& act : model.acts()) absl::StrAppend(&text, "    acts: \"", act, "\"\n");
  absl::StrAppend(&text, "    biases: [", absl::StrJoin(model.biases(), ", "), "]\n");
  for (const auto& one : model.terms()) {
    const std::string term = absl::StrReplaceAll(one.term(), {{"\\", "\\\\"}, {"\"", "\\\""}});
    absl::StrAppend(&text, "    terms { term: \"", term, "\" weights: [",
                    absl::StrJoin(one.weights(), ", "), "] }\n");
  }
  absl::StrAppend(&text, "    examples: ", model.examples(), "\n  }\n");
  return text;
}

}  // namespace mamori::triage
