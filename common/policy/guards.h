// What speaks against the policy's rules: negation, exercises, legitimate complaints. Pure.
#ifndef MAMORI_COMMON_POLICY_GUARDS_H_
#define MAMORI_COMMON_POLICY_GUARDS_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/policy/patterns.h"
#include "common/policy/report_text.h"
#include "common/policy/slots.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// The guards of one policy, compiled. Immutable and thread safe.
class Guards {
 public:
  // `policy` outlives this.
  Guards(const v1::Policy& policy, const Slots& slots);

  // The guard among those for `category` that voids a match at `span`; nullptr when none does.
  // Guards with facts are left out: see Lowering().
  const v1::Guard* Voiding(const ReportText& text, const Span& span,
                           std::string_view category) const;

  // The guards with `lowers` that speak in `text`, whatever their categories and facts.
  std::vector<const v1::Guard*> Lowering(const ReportText& text) const;

  // `spans` without those that a guard voids. The voiding guards are added to `voiding`.
  std::vector<Span> Keep(const ReportText& text, const v1::Rule& rule, std::vector<Span> spans,
                         std::set<std::string>* voiding) const;

 private:
  struct Compiled {
    const v1::Guard* guard;
    Patterns before;
    Patterns after;
    Patterns sentence;
    Patterns anywhere;
  };
  static bool SpeaksAt(const Compiled& guard, const ReportText& text, const Span& span,
                       const Span& sentence);

  std::vector<Compiled> voiding_;
  std::vector<Compiled> lowering_;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_GUARDS_H_
