#include "common/bundle/names.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace mamori::bundle {
namespace {

constexpr size_t kMaxName = 100;

bool IsAllowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::string FileName(std::string_view resource, int64_t sequence) {
  return absl::StrFormat("intake/files/%s/%08d", View(resource), sequence);
}

std::string ChainName(std::string_view service, std::string_view resource) {
  return absl::StrCat(View(service), "/chains/", View(resource), ".json");
}

std::string CheckpointsName(std::string_view service) {
  return absl::StrCat(View(service), "/checkpoints.json");
}

std::string ContentName(std::string_view service, std::string_view resource, int64_t sequence) {
  return absl::StrFormat("%s/content/%s/%08d.json", View(service), View(resource), sequence);
}

Kind KindOf(std::string_view name) {
  if (name == kCase) return Kind::kCase;
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos) return Kind::kUnknown;
  const std::string_view service = name.substr(0, slash);
  if (service != "intake" && service != "triage") return Kind::kUnknown;
  const std::string_view rest = name.substr(slash + 1);
  if (rest == "checkpoints.json") return Kind::kCheckpoints;
  if (rest.starts_with("chains/") && rest.ends_with(".json")) return Kind::kChain;
  if (rest.starts_with("content/") && rest.ends_with(".json")) return Kind::kContent;
  return rest.starts_with("files/") ? Kind::kFile : Kind::kUnknown;
}

std::string WhatIsWrongWith(std::string_view name) {
  if (name.empty()) return "it has no name";
  if (name.size() > kMaxName) return "its name is too long";
  if (name.front() == '/') return "its name begins at the root of the disk";
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (part == "..") return "its name leads out of the archive";
    if (part.empty() || part.front() == '.') return "its name has an empty or a hidden part";
    if (!std::all_of(part.begin(), part.end(), IsAllowed)) {
      return "its name has bytes that no name of a bundle has";
    }
    begin = end + 1;
  }
  return "";
}

}  // namespace mamori::bundle
