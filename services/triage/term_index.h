// Which terms of the second opinion's vocabulary stand in a text. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_TERM_INDEX_H_
#define MAMORI_SERVICES_TRIAGE_TERM_INDEX_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/text/literal_set.h"

namespace mamori::triage {

// Immutable and thread safe.
class TermIndex {
 public:
  // Folded terms.
  explicit TermIndex(std::vector<std::string> terms);

  // Sets `found[i]` for the terms that stand in `folded`; a term that begins with a Latin letter
  // only where a word begins. `found` is as long as the terms are many. Linear.
  void Find(std::string_view folded, std::vector<bool>& found) const;

 private:
  text::LiteralSet terms_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TERM_INDEX_H_
