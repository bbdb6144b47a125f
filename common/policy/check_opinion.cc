#include "common/policy/check_opinion.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/policy/problem_list.h"
#include "common/text/mapped_text.h"

namespace mamori::policy {
namespace {

constexpr int kMaxTerms = 4000;
constexpr size_t kMaxTermBytes = 48;
constexpr int kMaxScore = 1'000'000;
constexpr int kAll = 1000;
constexpr int kMaxLeaning = 10'000;
constexpr int kMaxLeaningTerms = 8000;
constexpr int kMaxWeight = 1'000'000;

size_t Letters(std::string_view text) {
  size_t letters = 0;
  for (const char c : text) letters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return letters;
}

class OpinionChecker : private ProblemList {
 public:
  explicit OpinionChecker(const v1::OpinionPolicy& opinion) : opinion_(opinion) {}

  std::vector<Problem> Run() {
    CheckTerms();
    const bool asked = opinion_.terms_size() > 0;
    NeedWithin(opinion_.doubt_silence_from(), asked ? 1 : 0, kMaxScore,
               "opinion.doubt_silence_from");
    NeedWithin(opinion_.doubt_finding_to(), -kMaxScore, asked ? -1 : 0, "opinion.doubt_finding_to");
    const v1::OpinionFloors& floors = opinion_.floors();
    Need(!asked || opinion_.has_floors(), "opinion.floors", "is required with terms");
    NeedWithin(floors.max_missed(), 0, kAll, "opinion.floors.max_missed");
    NeedWithin(floors.max_benign_flagged(), 0, kAll, "opinion.floors.max_benign_flagged");
    NeedWithin(floors.min_right(), 0, kAll, "opinion.floors.min_right");
    return std::move(problems_);
  }

 private:
  void CheckTerms() {
    Need(opinion_.terms_size() <= kMaxTerms, "opinion.terms",
         absl::StrCat("want at most ", kMaxTerms));
    std::set<std::string_view> known;
    for (int i = 0; i < opinion_.terms_size(); ++i) {
      const std::string& term = opinion_.terms(i);
      const std::string at = absl::StrCat("opinion.terms[", i, "]");
      Need(Letters(term) >= 2 && term.size() <= kMaxTermBytes, at,
           absl::StrCat("want 2 letters to ", kMaxTermBytes, " bytes"));
      Need(text::Fold(term).text() == term, at, "is not folded (NFKC, lower case)");
      Need(known.insert(term).second, at, "stands twice");
    }
  }

  const v1::OpinionPolicy& opinion_;
};

class LeaningChecker : private ProblemList {
 public:
  explicit LeaningChecker(const v1::Policy& policy)
      : policy_(policy), opinion_(policy.opinion()), model_(opinion_.leaning()) {}

  std::vector<Problem> Run() {
    const bool has = opinion_.has_leaning();
    NeedWithin(opinion_.lends_from(), has ? 1 : 0, kMaxLeaning, "opinion.lends_from");
    // Alone it is never enough.
    const int most = std::max(1, policy_.min_score()) - 1;
    NeedWithin(opinion_.lends(), has ? 1 : 0, most, "opinion.lends");
    NeedWithin(opinion_.doubts_to(), -kMaxLeaning, 0, "opinion.doubts_to");
    const bool doubts = opinion_.doubts_to() < 0;
    NeedWithin(opinion_.takes(), doubts ? 1 : 0, doubts ? most : 0, "opinion.takes");
    if (has) {
      CheckActs();
      CheckTerms();
    }
    for (int i = 0; i < policy_.rules_size(); ++i) {
      const v1::Rule& rule = policy_.rules(i);
      const std::string at = absl::StrCat("rules[", i, "].hint");
      Need(!rule.hint() || rule.weight() < policy_.min_score(), at,
           "wants a weight below min_score");
      Need(!rule.hint() || rule.danger() == v1::DANGER_UNSPECIFIED, at, "tells of no danger");
    }
    return std::move(problems_);
  }

 private:
  void CheckActs() {
    std::set<std::string_view> unknown;
    for (const v1::Act& act : policy_.acts()) unknown.insert(act.id());
    for (int i = 0; i < model_.acts_size(); ++i) {
      Need(unknown.erase(model_.acts(i)) == 1, absl::StrCat("opinion.leaning.acts[", i, "]"),
           "is no act of this policy, or stands twice");
    }
    Need(model_.biases_size() == model_.acts_size() + 1, "opinion.leaning.biases",
         "want one more than acts");
  }

  void CheckTerms() {
    Need(model_.terms_size() <= kMaxLeaningTerms, "opinion.leaning.terms",
         absl::StrCat("want at most ", kMaxLeaningTerms));
    for (int i = 0; i < model_.terms_size(); ++i) {
      const v1::LeaningTerm& one = model_.terms(i);
      const std::string at = absl::StrCat("opinion.leaning.terms[", i, "]");
      Need(one.term().size() >= 2 && one.term().size() <= kMaxTermBytes, at + ".term",
           absl::StrCat("want 2 to ", kMaxTermBytes, " bytes"));
      Need(text::Fold(one.term()).text() == one.term(), at + ".term",
           "is not folded (NFKC, lower case)");
      Need(i == 0 || one.term() > model_.terms(i - 1).term(), at + ".term",
           "want them alphabetical, each once");
      Need(one.weights_size() == model_.biases_size(), at + ".weights",
           "want as many as there are biases");
      for (const int weight : one.weights()) {
        Need(std::abs(weight) <= kMaxWeight, at + ".weights", "want -1,000,000 to 1,000,000");
      }
    }
  }

  const v1::Policy& policy_;
  const v1::OpinionPolicy& opinion_;
  const v1::LeaningModel& model_;
};

}  // namespace

std::vector<Problem> CheckModel(const v1::Policy& policy, const v1::OpinionModel& model) {
  std::set<std::string> known;
  for (const v1::Act& act : policy.acts()) known.insert(kActFeature + act.id());
  for (const v1::Rule& rule : policy.rules()) known.insert(kRuleFeature + rule.id());
  for (const std::string& term : policy.opinion().terms()) known.insert(kTermFeature + term);
  std::vector<Problem> problems;
  for (int i = 0; i < model.weights_size(); ++i) {
    const std::string& feature = model.weights(i).feature();
    const std::string at = absl::StrCat("weights[", i, "].feature");
    if (known.count(feature) == 0)
      problems.push_back({at, "is no act, rule or term of this policy"});
    if (i > 0 && feature <= model.weights(i - 1).feature()) {
      problems.push_back({at, "want them alphabetical, each once"});
    }
  }
  return problems;
}

std::vector<Problem> CheckOpinion(const v1::Policy& policy) {
  std::vector<Problem> problems = OpinionChecker(policy.opinion()).Run();
  for (Problem& problem : LeaningChecker(policy).Run()) problems.push_back(std::move(problem));
  for (Problem& problem : CheckModel(policy, policy.opinion().model())) {
    problems.push_back({"opinion.model." + problem.path, std::move(problem.what)});
  }
  return problems;
}

}  // namespace mamori::policy
