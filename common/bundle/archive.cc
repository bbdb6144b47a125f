#include "common/bundle/archive.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/bundle/names.h"
#include "common/status/macros.h"

namespace mamori::bundle {
namespace {

// Where what stands in a header.
constexpr size_t kNameAt = 0, kNameBytes = 100;
constexpr size_t kModeAt = 100, kUserAt = 108, kGroupAt = 116;
constexpr size_t kSizeAt = 124, kSizeDigits = 11;
constexpr size_t kTimeAt = 136, kSumAt = 148, kSumBytes = 8, kTypeAt = 156;
constexpr size_t kMagicAt = 257, kMajorAt = 329, kMinorAt = 337, kPrefixAt = 345;

void Put(std::string& block, size_t at, std::string_view text) {
  block.replace(at, text.size(), text);
}

bool IsZero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// The name's bytes up to the first zero; what follows must be zero, which is seen later.
std::string_view NameIn(std::string_view block) {
  const std::string_view field = block.substr(kNameAt, kNameBytes);
  return field.substr(0, std::min(field.find('\0'), field.size()));
}

std::optional<uint64_t> SizeIn(std::string_view block) {
  uint64_t size = 0;
  for (const char c : block.substr(kSizeAt, kSizeDigits)) {
    if (c < '0' || c > '7') return std::nullopt;
    size = size * 8 + static_cast<uint64_t>(c - '0');
  }
  return size;
}

// What a header is that is not the one that its name and size give.
std::string WhatElse(std::string_view block) {
  switch (block[kTypeAt]) {
    case '0':
      break;
    case '1':
      return "it is a hard link";
    case '2':
      return "it is a symbolic link";
    case '3':
    case '4':
      return "it is a device";
    case '5':
      return "it is a directory";
    case '6':
      return "it is a pipe";
    case 'g':
    case 'x':
    case 'K':
    case 'L':
      return "it is an extension of the header";
    default:
      return "it is no plain file";
  }
  if (!IsZero(block.substr(kPrefixAt))) return "its name has a second part";
  return "its header says more, or says it otherwise, than a bundle's does";
}

absl::Status Wrong(uint64_t at, std::string_view name, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      "at byte ", at,
      name.empty() ? "" : absl::StrCat(", ", absl::CEscape({name.data(), name.size()})), ": ",
      absl::string_view(what.data(), what.size())));
}

// What is wrong with `name` after the entries before it.
std::string WhatIsWrongWithPlace(std::string_view name, const std::vector<Archived>& before) {
  const std::string last = before.empty() ? "" : before.back().name;
  const bool right = last == kManifest ? name == kSignature
                                       : last != kSignature && name != kSignature &&
                                             (name == kManifest || last < name);
  if (right) return "";
  if (std::any_of(before.begin(), before.end(),
                  [&](const Archived& one) { return one.name == name; })) {
    return "it is there twice";
  }
  if (last == kManifest || last == kSignature) return "it stands after the manifest";
  if (name == kSignature) return "the manifest is not right before its signature";
  return "it stands out of its order";
}

}  // namespace

std::string Header(std::string_view name, uint64_t size) {
  std::string block(kBlock, '\0');
  Put(block, kNameAt, name);
  Put(block, kModeAt, "0000444");
  Put(block, kUserAt, "0000000");
  Put(block, kGroupAt, "0000000");
  Put(block, kSizeAt, absl::StrFormat("%011o", size));
  Put(block, kTimeAt, "00000000000");
  Put(block, kTypeAt, "0");
  Put(block, kMagicAt, std::string_view("ustar\00000", 8));
  Put(block, kMajorAt, "0000000");
  Put(block, kMinorAt, "0000000");
  // Counted with spaces in its own place.
  Put(block, kSumAt, std::string(kSumBytes, ' '));
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  Put(block, kSumAt, std::string(absl::StrFormat("%06o", sum)) + std::string("\0 ", 2));
  return block;
}

size_t PaddingAfter(uint64_t size) {
  return static_cast<size_t>((kBlock - size % kBlock) % kBlock);
}

std::string End() { return std::string(2 * kBlock, '\0'); }

absl::StatusOr<std::vector<Archived>> Scan(Source& source) {
  std::vector<Archived> entries;
  uint64_t at = 0;
  for (;;) {
    if (source.size() - at < 2 * kBlock) return Wrong(at, "", "the archive ends too early");
    ASSIGN_OR_RETURN(const std::string block, source.Read(at, kBlock));
    if (IsZero(block)) break;
    if (entries.size() == kMaxEntries) return Wrong(at, "", "there are too many entries");
    const std::string name(NameIn(block));
    if (const std::string wrong = WhatIsWrongWith(name); !wrong.empty()) {
      return Wrong(at, name, wrong);
    }
    const std::optional<uint64_t> size = SizeIn(block);
    if (!size || Header(name, *size) != block) return Wrong(at, name, WhatElse(block));
    if (const std::string wrong = WhatIsWrongWithPlace(name, entries); !wrong.empty()) {
      return Wrong(at, name, wrong);
    }
    const uint64_t begin = at + kBlock;
    const size_t padding = PaddingAfter(*size);
    if (source.size() - begin < *size || source.size() - begin - *size < padding) {
      return Wrong(at, name, "the archive ends within it");
    }
    if (padding > 0) {
      ASSIGN_OR_RETURN(const std::string pad, source.Read(begin + *size, padding));
      if (!IsZero(pad)) return Wrong(begin + *size, name, "something is hidden behind it");
    }
    entries.push_back({name, *size, begin});
    at = begin + *size + padding;
  }
  ASSIGN_OR_RETURN(const std::string last, source.Read(at + kBlock, kBlock));
  if (!IsZero(last) || source.size() != at + 2 * kBlock) {
    return Wrong(at, "", "something follows after its end");
  }
  if (entries.empty() || entries.back().name != kSignature) {
    return Wrong(at, "", "it ends without a signed manifest");
  }
  return entries;
}

}  // namespace mamori::bundle
