#include "services/triage/leaning.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace mamori::triage {
namespace {

using mamori::v1::LeaningModel;
using mamori::v1::LeaningTerm;

constexpr size_t kMaxTerms = 3;
// What the square root is taken of is scaled by its square.
constexpr int64_t kScale = 1000;

// The whole part of the square root: no machine's floating point is asked.
int64_t RootOf(int64_t square) {
  int64_t low = 0;
  int64_t high = square + 1;
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    (middle <= square / middle ? low : high) = middle;
  }
  return low;
}

std::vector<std::string> TermsOf(const LeaningModel& model) {
  std::vector<std::string> terms;
  for (const LeaningTerm& one : model.terms()) terms.push_back(one.term());
  return terms;
}

}  // namespace

std::string Leaning::Scores::ToString() const {
  return absl::StrFormat("%+.2f: %s", static_cast<double>(harassment) / 100,
                         absl::StrJoin(terms, ", "));
}

Leaning::Leaning(const mamori::v1::OpinionPolicy& opinion)
    : opinion_(opinion), terms_(TermsOf(opinion.leaning())) {}

Leaning::Scores Leaning::Of(const std::vector<std::string_view>& folded) const {
  const LeaningModel& model = opinion_.leaning();
  std::vector<bool> found(static_cast<size_t>(model.terms_size()));
  for (const std::string_view text : folded) terms_.Find(text, found);
  std::vector<int64_t> sums(static_cast<size_t>(model.biases_size()));
  std::vector<std::pair<int32_t, int>> speaking;
  int64_t count = 0;
  for (int i = 0; i < model.terms_size(); ++i) {
    if (!found[static_cast<size_t>(i)]) continue;
    ++count;
    const auto& weights = model.terms(i).weights();
    for (int k = 0; k < weights.size(); ++k) sums[static_cast<size_t>(k)] += weights[k];
    speaking.emplace_back(weights[0], i);
  }
  const int64_t root = std::max<int64_t>(1, RootOf(count * kScale * kScale));
  Scores scores;
  for (int k = 0; k < model.biases_size(); ++k) {
    const int64_t score = model.biases(k) + sums[static_cast<size_t>(k)] * kScale / root;
    if (k == 0) {
      scores.harassment = score;
    } else {
      scores.acts.push_back(score);
    }
  }
  if (scores.harassment > 0) {
    for (auto& [weight, term] : speaking) weight = -weight;
  }
  std::sort(speaking.begin(), speaking.end());
  for (size_t i = 0; i < speaking.size() && i < kMaxTerms && speaking[i].first < 0; ++i) {
    scores.terms.push_back(model.terms(speaking[i].second).term());
  }
  return scores;
}

int64_t Leaning::ScoreOf(const Scores& scores, std::string_view act) const {
  const auto& acts = opinion_.leaning().acts();
  const auto it = std::find(acts.begin(), acts.end(), act);
  if (it == acts.end()) return std::numeric_limits<int64_t>::min();
  return scores.acts[static_cast<size_t>(it - acts.begin())];
}

}  // namespace mamori::triage
