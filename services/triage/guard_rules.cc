#include "services/triage/guard_rules.h"

#include <algorithm>

namespace mamori::triage {
namespace {

using mamori::v1::GuardQuestion;

const v1::GuardAnswer& AnswerTo(const v1::Measure& measure, const GuardQuestion& question) {
  for (const v1::GuardAnswer& answer : measure.guard_answers()) {
    if (answer.question() == question.id()) return answer;
  }
  return v1::GuardAnswer::default_instance();
}

bool IsAnswered(const GuardQuestion& question, const v1::Measure& measure,
                const GuardFacts& facts) {
  const v1::GuardAnswer& answer = AnswerTo(measure, question);
  const int min = std::max(question.min(), 1);
  switch (question.kind()) {
    case mamori::v1::GUARD_ANSWER_KIND_TEXT:
      return !answer.text().empty();
    case mamori::v1::GUARD_ANSWER_KIND_DAYS:
      return !answer.text().empty() && answer.days() >= question.min();
    case mamori::v1::GUARD_ANSWER_KIND_CARRIED_OUT: {
      int count = 0;
      for (const std::string& id : question.measures()) {
        const auto found = facts.carried_out.find(id);
        if (found != facts.carried_out.end()) count += found->second;
      }
      return count >= min;
    }
    case mamori::v1::GUARD_ANSWER_KIND_EVIDENCE:
      // Not the evidence that is named beside them: nobody has looked at that.
      return facts.substantiated >= min;
    case mamori::v1::GUARD_ANSWER_KIND_CHECK:
      return answer.passed() && !answer.text().empty();
    default:
      // What a newer policy asks and this program does not know is not answered.
      return false;
  }
}

}  // namespace

const mamori::v1::MeasureGuard* GuardOf(const mamori::v1::Policy& policy,
                                        std::string_view measure) {
  for (const mamori::v1::MeasureGuard& guard : policy.measure_guards()) {
    const auto& ids = guard.measures();
    if (std::find(ids.begin(), ids.end(), measure) != ids.end()) return &guard;
  }
  return nullptr;
}

std::vector<const GuardQuestion*> MissingAnswers(const mamori::v1::MeasureGuard& guard,
                                                 const v1::Measure& measure,
                                                 const GuardFacts& facts) {
  std::vector<const GuardQuestion*> missing;
  for (const GuardQuestion& question : guard.questions()) {
    if (!IsAnswered(question, measure, facts)) missing.push_back(&question);
  }
  return missing;
}

}  // namespace mamori::triage
