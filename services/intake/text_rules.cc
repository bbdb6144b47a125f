#include "services/intake/text_rules.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "absl/strings/ascii.h"

namespace mamori::intake {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;

// True when all eight bytes are printable ASCII: no high bit, none below 0x20, none 0x7f.
bool PlainWord(const char* text) {
  uint64_t word;
  std::memcpy(&word, text, sizeof(word));
  const uint64_t below_space = word - 0x2020202020202020;
  const uint64_t rubout = (word ^ 0x7f7f7f7f7f7f7f7f) - 0x0101010101010101;
  return ((word | below_space | rubout) & kHighBits) == 0;
}

// True for one valid character of three bytes, of which most Japanese text consists.
bool PlainThreeBytes(const char* text) {
  const auto byte = [text](int i) { return static_cast<unsigned char>(text[i]); };
  if ((byte(0) & 0xf0) != 0xe0 || (byte(1) & 0xc0) != 0x80 || (byte(2) & 0xc0) != 0x80) {
    return false;
  }
  // Neither overlong nor a surrogate.
  return byte(0) == 0xe0 ? byte(1) >= 0xa0 : byte(0) != 0xed || byte(1) < 0xa0;
}

bool IsForbiddenControl(uint32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0);
}

// Length of the UTF-8 sequence that begins at text[0], and its code point; 0 when it is not valid
// (overlong, surrogate, beyond U+10FFFF, cut off).
size_t Decode(std::string_view text, uint32_t& point) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  size_t length = 0;
  uint32_t smallest = 0;
  if (first < 0x80) {
    point = first;
    return 1;
  } else if ((first & 0xe0) == 0xc0) {
    length = 2, smallest = 0x80, point = first & 0x1f;
  } else if ((first & 0xf0) == 0xe0) {
    length = 3, smallest = 0x800, point = first & 0x0f;
  } else if ((first & 0xf8) == 0xf0) {
    length = 4, smallest = 0x10000, point = first & 0x07;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    point = point << 6 | (byte(i) & 0x3f);
  }
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return point < smallest || point > 0x10ffff || surrogate ? 0 : length;
}

bool IsHost(std::string_view host) {
  if (host.empty()) return false;
  if (host.front() == '[') {
    return host.size() > 3 && host.back() == ']' &&
           host.find_first_not_of("0123456789abcdefABCDEF:.", 1) == host.size() - 1;
  }
  return std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c >= 0x80;
  });
}

bool IsPort(std::string_view port) {
  return port.size() <= 5 && std::all_of(port.begin(), port.end(),
                                         [](unsigned char c) { return absl::ascii_isdigit(c); });
}

}  // namespace

TextFacts ReadText(std::string_view text) {
  TextFacts facts;
  size_t i = 0;
  while (i < text.size()) {
    if (i + 3 <= text.size() && PlainThreeBytes(text.data() + i)) {
      ++facts.characters;
      i += 3;
      continue;
    }
    if (i + 8 <= text.size() && PlainWord(text.data() + i)) {
      facts.characters += 8;
      i += 8;
      continue;
    }
    uint32_t point = 0;
    const size_t length = Decode(text.substr(i), point);
    if (length == 0) {
      facts.valid_utf8 = false;
      return facts;
    }
    if (IsForbiddenControl(point)) ++facts.controls;
    ++facts.characters;
    i += length;
  }
  return facts;
}

bool IsLanguageTag(std::string_view text) {
  size_t part = 0;
  while (true) {
    const size_t end = std::min(text.find('-'), text.size());
    const std::string_view subtag = text.substr(0, end);
    if (subtag.size() < (part == 0 ? 2u : 1u) || subtag.size() > 8) return false;
    const bool allowed = std::all_of(subtag.begin(), subtag.end(), [part](unsigned char c) {
      return part == 0 ? absl::ascii_isalpha(c) : absl::ascii_isalnum(c);
    });
    if (!allowed) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
    ++part;
  }
}

bool IsWebUrl(std::string_view text) {
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon > 5) return false;
  char scheme[6] = {};
  for (size_t i = 0; i < colon; ++i) {
    scheme[i] = absl::ascii_tolower(static_cast<unsigned char>(text[i]));
  }
  if (std::strcmp(scheme, "http") != 0 && std::strcmp(scheme, "https") != 0) return false;
  const bool clean = std::none_of(text.begin(), text.end(), [](unsigned char c) {
    return c <= 0x20 || c == 0x7f || c == '"' || c == '<' || c == '>' || c == '\\';
  });
  if (!clean) return false;
  std::string_view authority = text.substr(colon + 3);
  authority = authority.substr(0, std::min(authority.find_first_of("/?#"), authority.size()));
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  const size_t port = authority.find(
      ':', authority.rfind(']') == std::string_view::npos ? 0 : authority.rfind(']'));
  if (port == std::string_view::npos) return IsHost(authority);
  return IsHost(authority.substr(0, port)) && IsPort(authority.substr(port + 1));
}

bool IsSlug(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace mamori::intake
