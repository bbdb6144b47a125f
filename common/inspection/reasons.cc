#include "common/inspection/reasons.h"

#include "absl/strings/ascii.h"

namespace mamori::inspection {
namespace {

constexpr size_t kMaxReason = 200;
constexpr size_t kMaxMediaType = 127;

bool InMediaType(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '+' || c == '.';
}

bool IsMediaType(std::string_view text) {
  const size_t slash = text.find('/');
  if (text.size() > kMaxMediaType || slash == 0 || slash >= text.size() - 1) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i != slash && !InMediaType(text[i])) return false;
  }
  return true;
}

}  // namespace

std::string Reason(std::string_view text) {
  std::string reason(text.substr(0, kMaxReason));
  for (char& c : reason) {
    if (!absl::ascii_isprint(c)) c = '?';
  }
  return reason;
}

std::string_view ReasonOf(Trouble trouble) {
  switch (trouble) {
    case Trouble::kNone:
      return "";
    case Trouble::kNotCleanable:
      return "files of this type cannot be cleaned";
    case Trouble::kTooLarge:
      return "the file is too large to be cleaned";
    case Trouble::kDamaged:
      return "the file is damaged, encrypted or not what it seems";
    case Trouble::kUnknownParts:
      return "parts of the file cannot be cleaned";
    case Trouble::kMetadataLeft:
      return "the cleaned copy still had metadata";
    case Trouble::kFailed:
      return "the parser failed";
    case Trouble::kCrashed:
      return "the parser crashed";
    case Trouble::kForbidden:
      return "the parser was stopped at a system call it must not make";
    case Trouble::kOutOfTime:
      return "the parser used up its time";
    case Trouble::kDerivativeTooLarge:
      return "the cleaned copy is too large";
    case Trouble::kNoPrivateMemory:
      return "there is no place in memory for cleaning";
  }
  return "";
}

std::string MediaTypeOr(std::string_view text) {
  std::string lower = absl::AsciiStrToLower(absl::string_view(text.data(), text.size()));
  return IsMediaType(lower) ? lower : "application/octet-stream";
}

}  // namespace mamori::inspection
