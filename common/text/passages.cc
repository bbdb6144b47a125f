#include "common/text/passages.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"

namespace mamori::text {
namespace {

// Bounds the work on a text that never ends a sentence.
constexpr size_t kMaxSentence = 4096;
constexpr std::array<std::string_view, 3> kWideEnds = {"。", "！", "？"};
constexpr std::array<std::string_view, 9> kWideBreaks = {"、", "「", "」", "『", "』",
                                                         "“",  "”",  "→",  "，"};
constexpr std::array<std::string_view, 3> kOpening = {"「", "『", "“"};
constexpr std::array<std::string_view, 3> kClosing = {"」", "』", "”"};

template <size_t kCount>
constexpr bool AreThreeBytes(const std::array<std::string_view, kCount>& marks) {
  for (std::string_view mark : marks) {
    if (mark.size() != 3) return false;
  }
  return true;
}
static_assert(AreThreeBytes(kWideEnds) && AreThreeBytes(kWideBreaks) && AreThreeBytes(kOpening) &&
              AreThreeBytes(kClosing));

// Asked of every byte of a text for every mark.
bool StartsAt(std::string_view text, size_t at, std::string_view mark) {
  return text[at] == mark[0] && text.size() - at >= 3 && text[at + 1] == mark[1] &&
         text[at + 2] == mark[2];
}

bool EndsStop(std::string_view text, size_t after) {
  return after == text.size() || absl::ascii_isspace(text[after]) || text[after] == '"' ||
         text[after] == '\'';
}

// The length of the sentence end that stands at `at`; 0 when none does.
size_t SentenceEndAt(std::string_view text, size_t at) {
  const char c = text[at];
  if (c == '\n' || c == '!' || c == '?') return 1;
  if (c == '.') return EndsStop(text, at + 1) ? 1 : 0;
  for (std::string_view end : kWideEnds) {
    if (StartsAt(text, at, end)) return end.size();
  }
  return 0;
}

size_t ClauseEndAt(std::string_view text, size_t at) {
  const size_t sentence = SentenceEndAt(text, at);
  if (sentence > 0) return sentence;
  const char c = text[at];
  if (c == ';' || c == '"' || c == '(' || c == ')') return 1;
  if ((c == ',' || c == ':') && EndsStop(text, at + 1)) return 1;
  for (std::string_view mark : kWideBreaks) {
    if (StartsAt(text, at, mark)) return mark.size();
  }
  return 0;
}

// `span` made longer on both sides up to the nearest ends; `with_end` takes the last end in.
template <typename EndAt>
Span Around(std::string_view text, const Span& span, const EndAt& end_at, bool with_end,
            size_t max_bytes) {
  Span around = span;
  // Backwards to the byte after the end before. Bytes of the ends never occur inside another
  // character, so going by bytes is safe.
  while (around.begin > 0) {
    bool ends = false;
    for (size_t size : {size_t{1}, size_t{3}}) {
      ends = ends || (around.begin >= size && end_at(text, around.begin - size) == size);
    }
    if (ends || around.size() > max_bytes) break;
    --around.begin;
  }
  while (around.end < text.size() && around.size() <= max_bytes) {
    const size_t size = end_at(text, around.end);
    if (size > 0) {
      if (with_end) around.end += size;
      break;
    }
    ++around.end;
  }
  return around;
}

bool IsBlank(char c) { return absl::ascii_isspace(c); }

}  // namespace

Span SentenceAround(std::string_view text, const Span& span) {
  return Around(text, span, SentenceEndAt, true, kMaxSentence);
}

Span ClauseAround(std::string_view text, const Span& span, size_t max_bytes) {
  Span clause = Around(text, span, ClauseEndAt, false, max_bytes);
  if (clause.size() > max_bytes) return span;
  while (clause.begin < span.begin && IsBlank(text[clause.begin])) ++clause.begin;
  while (clause.end > span.end && IsBlank(text[clause.end - 1])) --clause.end;
  return clause;
}

std::vector<Span> Quotations(std::string_view text) {
  std::vector<Span> quotations;
  std::vector<std::pair<size_t, size_t>> open;  // which mark, where
  size_t straight = std::string_view::npos;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      if (straight == std::string_view::npos) {
        straight = at;
      } else {
        if (open.empty()) quotations.push_back({straight, at + 1});
        straight = std::string_view::npos;
      }
      continue;
    }
    for (size_t i = 0; i < kOpening.size(); ++i) {
      if (StartsAt(text, at, kOpening[i])) open.emplace_back(i, at);
      if (StartsAt(text, at, kClosing[i]) && !open.empty() && open.back().first == i) {
        if (open.size() == 1) quotations.push_back({open.back().second, at + kClosing[i].size()});
        open.pop_back();
      }
    }
  }
  std::sort(quotations.begin(), quotations.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  return quotations;
}

const Span* QuotationAround(const std::vector<Span>& quotations, const Span& span) {
  auto it = std::upper_bound(quotations.begin(), quotations.end(), span.begin,
                             [](size_t begin, const Span& q) { return begin < q.begin; });
  if (it == quotations.begin()) return nullptr;
  --it;
  return it->Holds(span) ? &*it : nullptr;
}

}  // namespace mamori::text
