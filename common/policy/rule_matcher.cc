#include "common/policy/rule_matcher.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace mamori::policy {
namespace {

constexpr int64_t kPatternMemory = 2 << 20;
// Matches looked at per pattern, voided ones included: bounds the work on a hostile text.
constexpr int kMaxMatches = 256;
constexpr std::array<std::string_view, 3> kWideEnds = {"。", "！", "？"};

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

// The length of the sentence end that stands at `at`; 0 when none does.
size_t EndAt(std::string_view text, size_t at) {
  const char c = text[at];
  if (c == '\n' || c == '!' || c == '?') return 1;
  if (c == '.') {
    return at + 1 == text.size() || absl::ascii_isspace(text[at + 1]) ? 1 : 0;
  }
  for (std::string_view end : kWideEnds) {
    if (text.substr(at, end.size()) == end) return end.size();
  }
  return 0;
}

size_t NextCharacter(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  return at;
}

}  // namespace

bool AsksAnything(const v1::FactGate& facts) {
  return facts.min_contact_count() > 0 || facts.min_total_minutes() > 0 ||
         facts.actor_relations_size() > 0 || facts.channels_size() > 0 || facts.has_url() ||
         facts.immediate_danger();
}

RE2::Options PatternOptions() {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemory);
  return options;
}

std::vector<Problem> PatternProblems(const v1::Rule& rule, const std::string& at) {
  std::vector<Problem> problems;
  const auto check = [&](const std::string& pattern, const std::string& path) {
    const RE2 re(pattern, PatternOptions());
    if (!re.ok()) {
      problems.push_back({path, absl::StrCat("is no RE2 pattern: ", re.error())});
    } else if (RE2::PartialMatch("", re)) {
      problems.push_back({path, "matches the empty text"});
    }
  };
  for (int i = 0; i < rule.patterns_size(); ++i) {
    check(rule.patterns(i), absl::StrCat(at, ".patterns[", i, "]"));
  }
  for (int i = 0; i < rule.exceptions_size(); ++i) {
    check(rule.exceptions(i), absl::StrCat(at, ".exceptions[", i, "]"));
  }
  return problems;
}

Span SentenceAround(std::string_view text, const Span& span) {
  Span sentence{span.begin, span.end};
  // Backwards to the byte after the end of the sentence before. Bytes of the ends never occur
  // inside another UTF-8 character, so single steps are safe.
  while (sentence.begin > 0) {
    const size_t before = sentence.begin - 1;
    bool ends = EndAt(text, before) == 1;
    if (!ends && before >= 2) ends = EndAt(text, before - 2) == 3;
    if (ends) break;
    sentence.begin = before;
  }
  while (sentence.end < text.size()) {
    const size_t length = EndAt(text, sentence.end);
    if (length > 0) {
      sentence.end += length;
      break;
    }
    ++sentence.end;
  }
  return sentence;
}

RuleMatcher::RuleMatcher(const v1::Rule& rule) {
  for (const std::string& pattern : rule.patterns()) {
    patterns_.push_back(std::make_unique<const RE2>(pattern, PatternOptions()));
  }
  for (const std::string& exception : rule.exceptions()) {
    exceptions_.push_back(std::make_unique<const RE2>(exception, PatternOptions()));
  }
}

std::vector<Span> RuleMatcher::Find(std::string_view text) const {
  std::vector<Span> spans;
  for (const auto& pattern : patterns_) FindOne(*pattern, text, spans);
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<Span> apart;
  for (const Span& span : spans) {
    if (apart.size() == kMaxSpans) break;
    if (apart.empty() || span.begin >= apart.back().end) apart.push_back(span);
  }
  return apart;
}

void RuleMatcher::FindOne(const RE2& pattern, std::string_view text,
                          std::vector<Span>& spans) const {
  size_t from = 0;
  size_t kept = 0;
  for (int i = 0; i < kMaxMatches && kept < kMaxSpans && from <= text.size(); ++i) {
    re2::StringPiece match;
    if (!pattern.Match(Piece(text), from, text.size(), RE2::UNANCHORED, &match, 1)) return;
    const size_t begin = static_cast<size_t>(match.data() - text.data());
    const Span span{begin, begin + match.size()};
    if (match.empty()) {
      if (begin >= text.size()) return;
      from = NextCharacter(text, begin);
      continue;
    }
    from = span.end;
    if (IsVoid(text, span)) continue;
    spans.push_back(span);
    ++kept;
  }
}

bool RuleMatcher::IsVoid(std::string_view text, const Span& span) const {
  if (exceptions_.empty()) return false;
  const Span sentence = SentenceAround(text, span);
  const re2::StringPiece piece = Piece(text.substr(sentence.begin, sentence.end - sentence.begin));
  return std::any_of(exceptions_.begin(), exceptions_.end(), [&](const auto& exception) {
    return exception->Match(piece, 0, piece.size(), RE2::UNANCHORED, nullptr, 0);
  });
}

}  // namespace mamori::policy
