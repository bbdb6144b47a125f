#include "common/policy/check_opinion.h"

#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/text/mapped_text.h"

namespace mamori::policy {
namespace {

constexpr int kMaxTerms = 4000;
constexpr size_t kMaxTermBytes = 48;
constexpr int kMaxScore = 1'000'000;
constexpr int kAll = 1000;

size_t Letters(std::string_view text) {
  size_t letters = 0;
  for (const char c : text) letters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return letters;
}

class OpinionChecker {
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
  void Need(bool holds, std::string path, std::string what) {
    if (!holds) problems_.push_back({std::move(path), std::move(what)});
  }
  void NeedWithin(int value, int least, int most, const char* path) {
    Need(value >= least && value <= most, path, absl::StrCat("want ", least, " to ", most));
  }

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
  std::vector<Problem> problems_;
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
  for (Problem& problem : CheckModel(policy, policy.opinion().model())) {
    problems.push_back({"opinion.model." + problem.path, std::move(problem.what)});
  }
  return problems;
}

}  // namespace mamori::policy
