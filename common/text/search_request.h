// What a search by words may ask for, and how much it answers: the same wherever texts are
// searched. Pure.
#ifndef MAMORI_COMMON_TEXT_SEARCH_REQUEST_H_
#define MAMORI_COMMON_TEXT_SEARCH_REQUEST_H_

#include <cstddef>
#include <string_view>

#include "absl/time/time.h"

namespace mamori::text {

// Around a match.
inline constexpr size_t kExcerptBytes = 240;

// What one call looks through at most, whichever is reached first; its page ends there.
struct SearchBudget {
  size_t bytes = 8 << 20;
  absl::Duration time = absl::Seconds(2);
};

// What is wrong with a query, for a field violation; empty when nothing is. A query is UTF-8 of at
// most 200 characters with a letter or digit.
std::string_view WrongWithQuery(std::string_view query);

// Of a page whose request says `page_size`, which is not negative; 0 leaves it to us.
int MatchesPerPage(int page_size);

}  // namespace mamori::text

#endif  // MAMORI_COMMON_TEXT_SEARCH_REQUEST_H_
