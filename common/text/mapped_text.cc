#include "common/text/mapped_text.h"

#include <unicode/bytestream.h>
#include <unicode/edits.h>
#include <unicode/normalizer2.h>

namespace mamori::text {

Span MappedText::ToSource(const Span& span) const {
  if (span.begin >= span.end || span.end > text_.size()) return {0, 0};
  return {begin_[span.begin], end_[span.end - 1]};
}

bool MappedText::Altered(const Span& span) const {
  for (size_t i = span.begin; i < span.end && i < text_.size(); ++i) {
    if (altered_[i]) return true;
    // A gap between two neighbours: something was left out.
    if (i > span.begin && begin_[i] > end_[i - 1]) return true;
  }
  return false;
}

void MappedText::Add(std::string_view piece, const Span& from, bool altered) {
  text_.append(piece);
  begin_.insert(begin_.end(), piece.size(), static_cast<uint32_t>(from.begin));
  end_.insert(end_.end(), piece.size(), static_cast<uint32_t>(from.end));
  altered_.insert(altered_.end(), piece.size(), altered);
}

void MappedText::AddSame(std::string_view piece, size_t from) {
  text_.append(piece);
  for (size_t i = 0; i < piece.size(); ++i) {
    begin_.push_back(static_cast<uint32_t>(from + i));
    end_.push_back(static_cast<uint32_t>(from + i + 1));
  }
  altered_.insert(altered_.end(), piece.size(), false);
}

void MappedText::Reserve(size_t bytes) {
  text_.reserve(bytes);
  begin_.reserve(bytes);
  end_.reserve(bytes);
  altered_.reserve(bytes);
}

MappedText Fold(std::string_view text) {
  MappedText folded;
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const folder = icu::Normalizer2::getNFKCCasefoldInstance(error);
  icu::Edits edits;
  std::string plain;
  plain.reserve(text.size());
  if (U_SUCCESS(error)) {
    icu::StringByteSink<std::string> sink(&plain);
    folder->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink,
                          &edits, error);
  }
  folded.Reserve(plain.size());
  if (U_FAILURE(error)) {
    // ICU's data is linked in; without it a text is still read, as it stands.
    folded.AddSame(text, 0);
    return folded;
  }
  icu::Edits::Iterator it = edits.getFineIterator();
  while (it.next(error)) {
    const size_t at = static_cast<size_t>(it.sourceIndex());
    const std::string_view piece = std::string_view(plain).substr(
        static_cast<size_t>(it.destinationIndex()), static_cast<size_t>(it.newLength()));
    if (it.hasChange()) {
      folded.Add(piece, {at, at + static_cast<size_t>(it.oldLength())}, true);
    } else {
      folded.AddSame(piece, at);
    }
  }
  return folded;
}

}  // namespace mamori::text
