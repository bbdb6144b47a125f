// What the words of a report lean to, by act: linear models that lend weight to rules which only
// hint, take some from what speaks weakly, and never speak without a rule. Pure and deterministic:
// whole numbers alone.
#ifndef MAMORI_SERVICES_TRIAGE_LEANING_H_
#define MAMORI_SERVICES_TRIAGE_LEANING_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mamori/v1/opinion.pb.h"
#include "services/triage/term_index.h"

namespace mamori::triage {

// Immutable and thread safe.
class Leaning {
 public:
  // In hundredths of log-odds.
  struct Scores {
    int64_t harassment = 0;
    std::vector<int64_t> acts;       // as the model names them
    std::vector<std::string> terms;  // that weighed most for this view, heaviest first

    // Such as "+2.31: terms".
    std::string ToString() const;
  };

  // `opinion` outlives this, has passed policy::CheckOpinion() and has `leaning`.
  explicit Leaning(const mamori::v1::OpinionPolicy& opinion);

  // Of folded texts, read as one.
  Scores Of(const std::vector<std::string_view>& folded) const;
  // Whether hints are lent weight.
  bool Lends(const Scores& scores) const { return scores.harassment >= opinion_.lends_from(); }
  // How much, to the act that the words lean to most of those that are hinted at.
  int lends() const { return opinion_.lends(); }
  // Whether findings lose weight, and how much.
  bool Doubts(const Scores& scores) const {
    return opinion_.doubts_to() < 0 && scores.harassment <= opinion_.doubts_to();
  }
  int takes() const { return opinion_.takes(); }
  // The score of an act; far below all others when the model has none of that name.
  int64_t ScoreOf(const Scores& scores, std::string_view act) const;

 private:
  const mamori::v1::OpinionPolicy& opinion_;
  const TermIndex terms_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_LEANING_H_
