// A reporter's words, made ready for the rules.
#ifndef MAMORI_COMMON_POLICY_REPORT_TEXT_H_
#define MAMORI_COMMON_POLICY_REPORT_TEXT_H_

#include <string_view>
#include <vector>

#include "common/text/mapped_text.h"
#include "common/text/passages.h"
#include "common/text/span.h"

namespace mamori::policy {

using text::Span;

// Made once per text, then read by all rules. Spans are of `plain` unless said otherwise.
struct ReportText {
  explicit ReportText(std::string_view original)
      : plain(text::Fold(original)),
        bare(text::Unmask(plain.text())),
        quotations(text::Quotations(plain.text())) {}

  // The passage of the original, in its bytes.
  Span Original(const Span& span) const { return plain.ToSource(span); }

  text::MappedText plain;  // normalised
  text::MappedText bare;   // unmasked; made from `plain`
  std::vector<Span> quotations;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_REPORT_TEXT_H_
