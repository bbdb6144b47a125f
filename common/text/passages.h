// Sentences, clauses and quotations of a folded text. Pure.
#ifndef MAMORI_COMMON_TEXT_PASSAGES_H_
#define MAMORI_COMMON_TEXT_PASSAGES_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "common/text/span.h"

namespace mamori::text {

// The sentence that holds `span`: it ends after 。 ！ ？ ! ? a line end, or a full stop that white
// space, a quotation mark or the text's end follows. Longer ones are cut near 4 KiB.
Span SentenceAround(std::string_view text, const Span& span);

// The clause that holds `span`: sentences end clauses too, and so do commas, colons, semicolons,
// brackets and quotation marks. `span` itself when the clause would be longer than `max_bytes`.
Span ClauseAround(std::string_view text, const Span& span, size_t max_bytes);

// What stands between quotation marks: 「」 『』 “” and pairs of ". Outermost pairs, ascending, the
// marks included. A mark that is never closed quotes nothing.
std::vector<Span> Quotations(std::string_view text);

// The quotation of `quotations` that holds `span`; nullptr when none does.
const Span* QuotationAround(const std::vector<Span>& quotations, const Span& span);

}  // namespace mamori::text

#endif  // MAMORI_COMMON_TEXT_PASSAGES_H_
