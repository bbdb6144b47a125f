#include "common/text/search_request.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "common/text/text_search.h"

namespace mamori::text {
namespace {

constexpr int kMostCharacters = 200;
constexpr int kUsualMatches = 20;
constexpr int kMostMatches = 100;

}  // namespace

std::string_view WrongWithQuery(std::string_view query) {
  int characters = 0;
  const auto size = static_cast<int32_t>(query.size());
  for (int32_t at = 0; at < size; ++characters) {
    UChar32 c = 0;
    U8_NEXT(query.data(), at, size, c);
    if (c < 0) return "is not UTF-8";
    if (characters == kMostCharacters) return "too long, want 1 to 200 characters";
  }
  if (!TextSearch::Of(query)) return "has neither letter nor digit";
  return "";
}

int MatchesPerPage(int page_size) {
  return page_size == 0 ? kUsualMatches : std::min(page_size, kMostMatches);
}

}  // namespace mamori::text
