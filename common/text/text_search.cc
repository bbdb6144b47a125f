#include "common/text/text_search.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstring>

#include "common/text/mapped_text.h"

namespace mamori::text {
namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// As Fold, without the way back: most texts have nothing that is looked for.
std::string FoldPlain(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  if (IsAscii(text)) {
    for (const char c : text) folded.push_back(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    return folded;
  }
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const folder = icu::Normalizer2::getNFKCCasefoldInstance(error);
  if (U_FAILURE(error)) return std::string(text);
  icu::StringByteSink<std::string> sink(&folded);
  folder->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink,
                        nullptr, error);
  return U_FAILURE(error) ? std::string(text) : folded;
}

size_t Where(std::string_view text, std::string_view part) {
  const void* const at = memmem(text.data(), text.size(), part.data(), part.size());
  return at == nullptr ? std::string_view::npos
                       : static_cast<size_t>(static_cast<const char*>(at) - text.data());
}

bool HasLetterOrDigit(std::string_view text) {
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c >= 0 && u_isalnum(c)) return true;
  }
  return false;
}

// Whether a character begins at `at`, or the text ends.
bool IsBoundary(std::string_view text, size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
}

}  // namespace

std::optional<TextSearch> TextSearch::Of(std::string_view query) {
  const std::string folded = FoldPlain(query);
  std::vector<std::string> parts;
  std::string part;
  const auto size = static_cast<int32_t>(folded.size());
  for (int32_t at = 0; at < size;) {
    const int32_t from = at;
    UChar32 c = 0;
    U8_NEXT(folded.data(), at, size, c);
    if (c >= 0 && (u_isUWhiteSpace(c) || u_iscntrl(c))) {
      if (!part.empty()) parts.push_back(std::move(part));
      part.clear();
    } else {
      part.append(folded, from, at - from);
    }
  }
  if (!part.empty()) parts.push_back(std::move(part));
  if (!std::any_of(parts.begin(), parts.end(), HasLetterOrDigit)) return std::nullopt;
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return TextSearch(std::move(parts));
}

bool TextSearch::AllIn(std::string_view folded) const {
  return std::all_of(parts_.begin(), parts_.end(), [&](const std::string& part) {
    return Where(folded, part) != std::string_view::npos;
  });
}

std::optional<Span> TextSearch::Find(std::string_view text) const {
  if (!AllIn(FoldPlain(text))) return std::nullopt;
  const MappedText mapped = Fold(text);
  const size_t at = Where(mapped.text(), parts_.front());
  if (at == std::string_view::npos) return std::nullopt;
  return mapped.ToSource({at, at + parts_.front().size()});
}

std::string Excerpt(std::string_view text, const Span& span, size_t max_bytes) {
  const size_t begin = std::min(span.begin, text.size());
  const size_t found = std::min(std::min(span.end, text.size()) - begin, max_bytes);
  size_t from = begin - std::min(begin, (max_bytes - found) / 2);
  while (!IsBoundary(text, from)) ++from;
  size_t to = std::min(text.size(), from + max_bytes);
  while (to > from && !IsBoundary(text, to)) --to;
  std::string excerpt(text.substr(from, to - from));
  for (char& c : excerpt) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = ' ';
  }
  return excerpt;
}

}  // namespace mamori::text
