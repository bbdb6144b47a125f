// What speaks against the policy's rules: negation, exercises, legitimate complaints. Pure.
#ifndef MAMORI_COMMON_POLICY_GUARDS_H_
#define MAMORI_COMMON_POLICY_GUARDS_H_

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/policy/pattern_filter.h"
#include "common/policy/report_text.h"
#include "common/policy/slots.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// The guards of one policy, compiled. Immutable and thread safe.
class Guards {
 public:
  // `policy` outlives this.
  Guards(const v1::Policy& policy, const Slots& slots);

 private:
  friend class GuardReader;
  using Strings = google::protobuf::RepeatedPtrField<std::string>;
  // Numbers of patterns.
  struct Compiled {
    const v1::Guard* guard;
    std::vector<int> before;
    std::vector<int> after;
    std::vector<int> sentence;
    std::vector<int> anywhere;
  };
  std::vector<int> Add(const Strings& patterns, const Slots& slots);

  std::vector<Compiled> voiding_;
  std::vector<Compiled> lowering_;
  PatternFilter filter_;
  std::vector<std::shared_ptr<const RE2>> patterns_;  // by number
  std::vector<std::vector<size_t>> voiding_of_;       // by number: the voiding guards that use it
};

// The guards, asked about one text. Finds out which of their patterns the text has letters for when
// it is first asked, and asks no guard the same twice. Not thread safe.
class GuardReader {
 public:
  // Both outlive this.
  GuardReader(const Guards& guards, const ReportText& text) : guards_(guards), text_(text) {}

  // The guard among those for `category` that voids a match at `span`; nullptr when none does.
  // Guards with facts are left out: see Lowers().
  const v1::Guard* Voiding(const Span& span, std::string_view category);

  // `spans` without those that a guard voids. The voiding guards are added to `voiding`.
  std::vector<Span> Keep(const v1::Rule& rule, std::vector<Span> spans,
                         std::set<std::string>* voiding);

  // The guards with `lowers` that are for one of `categories` and speak in the text, whatever their
  // facts.
  std::vector<const v1::Guard*> Lowering(const std::set<std::string>& categories);

 private:
  // What was last said of a sentence.
  struct Said {
    size_t begin = std::string::npos;
    bool speaks = false;
  };
  void Prepare();
  bool Match(const std::vector<int>& patterns, std::string_view part) const;
  bool SpeaksIn(size_t guard, const Span& sentence);
  bool SpeaksAt(size_t guard, const Span& span, const Span& sentence);
  bool SpeaksAnywhere(size_t guard);

  const Guards& guards_;
  const ReportText& text_;
  bool ready_ = false;
  std::vector<bool> may_match_;                 // by pattern
  std::vector<size_t> may_void_;                // voiding guards, ascending
  std::vector<Said> sentences_;                 // by voiding guard
  std::vector<std::optional<bool>> text_wide_;  // likewise
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_GUARDS_H_
