#include <unicode/utf8.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/text/mapped_text.h"

namespace mamori::text {
namespace {

constexpr size_t kMaxSeparators = 3;
constexpr size_t kMinSpelled = 3;
constexpr std::string_view kBlot = "○";
constexpr std::u32string_view kBlots = U"*○◯〇●◎×✕✖■□＊";
constexpr std::u32string_view kSeparators = U" \t.-_~・･·/|,'`^+=☆★♪♡♥…※";
constexpr std::u32string_view kLongMarks = U"ー~〜―";

struct Letter {
  char32_t code;
  Span at;
};

bool Contains(std::u32string_view set, char32_t code) {
  return set.find(code) != std::u32string_view::npos;
}

bool IsKana(char32_t c) { return c >= 0x3041 && c <= 0x30FF && c != U'・'; }
bool IsJapanese(char32_t c) { return IsKana(c) || (c >= 0x3400 && c <= 0x9FFF) || c == U'々'; }
bool IsLatin(char32_t c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }
bool IsLetterLike(char32_t c) { return IsLatin(c) || IsDigit(c) || c == '@' || c == '$'; }

char LetterOf(char32_t c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
      return 'i';
    case '3':
      return 'e';
    case '4':
      return 'a';
    case '5':
      return 's';
    case '7':
      return 't';
    case '8':
      return 'b';
    case '@':
      return 'a';
    case '$':
      return 's';
    default:
      return static_cast<char>(c);
  }
}

std::vector<Letter> Decode(std::string_view text) {
  std::vector<Letter> letters;
  letters.reserve(text.size());
  const int32_t size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    const int32_t from = i;
    UChar32 c = 0;
    U8_NEXT(text.data(), i, size, c);
    letters.push_back({c < 0 ? U'\uFFFD' : static_cast<char32_t>(c),
                       {static_cast<size_t>(from), static_cast<size_t>(i)}});
  }
  return letters;
}

// One pass over the letters; every step goes forward.
class Unmasker {
 public:
  explicit Unmasker(std::string_view folded) : folded_(folded), letters_(Decode(folded)) {}

  MappedText Run() {
    out_.Reserve(folded_.size());
    while (at_ < letters_.size()) {
      if (IsLetterLike(letters_[at_].code)) {
        Latin();
      } else if (IsJapanese(letters_[at_].code)) {
        Japanese();
      } else {
        Keep(letters_[at_++]);
      }
    }
    return std::move(out_);
  }

 private:
  void Keep(const Letter& letter) {
    out_.AddSame(folded_.substr(letter.at.begin, letter.at.size()), letter.at.begin);
  }

  // The end of the Latin word that begins at `from`.
  size_t WordEnd(size_t from) const {
    size_t end = from;
    while (end < letters_.size() && IsLetterLike(letters_[end].code)) ++end;
    return end;
  }

  // The position after the separators at `from`; `from` when there are none, or too many.
  size_t AfterSeparators(size_t from) const {
    size_t end = from;
    while (end < letters_.size() && Contains(kSeparators, letters_[end].code)) ++end;
    return end - from <= kMaxSeparators ? end : from;
  }

  // A word, or single letters written apart.
  void Latin() {
    std::vector<size_t> spelled;
    size_t at = at_;
    while (at < letters_.size() && WordEnd(at) == at + 1) {
      spelled.push_back(at);
      const size_t next = AfterSeparators(at + 1);
      if (next == at + 1) break;
      at = next;
    }
    if (spelled.size() >= kMinSpelled) {
      for (size_t i : spelled) Add(LetterOf(letters_[i].code), letters_[i], false);
      at_ = spelled.back() + 1;
      return;
    }
    const size_t end = WordEnd(at_);
    bool letter = false;
    for (size_t i = at_; i < end; ++i) letter = letter || IsLatin(letters_[i].code);
    for (; at_ < end; ++at_) {
      if (letter) {
        Add(LetterOf(letters_[at_].code), letters_[at_], !IsLatin(letters_[at_].code));
      } else {
        Keep(letters_[at_]);
      }
    }
  }

  void Add(char c, const Letter& from, bool altered) {
    out_.Add(std::string_view(&c, 1), from.at, altered);
  }

  void Japanese() {
    const Letter letter = letters_[at_++];
    // A long vowel mark belongs to its letter: leaving it out hides nothing.
    Span from = letter.at;
    for (; at_ < letters_.size() && Contains(kLongMarks, letters_[at_].code); ++at_) {
      from.end = letters_[at_].at.end;
    }
    std::string written(folded_.substr(letter.at.begin, letter.at.size()));
    if (letter.code >= 0x30A1 && letter.code <= 0x30F6) {
      int32_t size = 0;
      U8_APPEND_UNSAFE(written.data(), size, static_cast<UChar32>(letter.code - 0x60));
    }
    out_.Add(written, from, false);
    if (at_ < letters_.size() && Contains(kBlots, letters_[at_].code)) {
      out_.Add(kBlot, letters_[at_].at, true);
      ++at_;
    }
    const size_t next = AfterSeparators(at_);
    if (next < letters_.size() && IsJapanese(letters_[next].code)) at_ = next;
  }

  const std::string_view folded_;
  const std::vector<Letter> letters_;
  size_t at_ = 0;
  MappedText out_;
};

}  // namespace

MappedText Unmask(std::string_view folded) { return Unmasker(folded).Run(); }

}  // namespace mamori::text
