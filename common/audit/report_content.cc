#include "common/audit/report_content.h"

#include <sodium.h>

#include <cstdint>
#include <optional>

#include "common/audit/entry.h"
#include "common/audit/hash.h"
#include "mamori/v1/report.pb.h"

namespace mamori::audit {
namespace {

using mamori::v1::Report;

// Takes a varint off `in`.
std::optional<uint64_t> TakeVarint(std::string_view& in) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// Takes the value of a field of this wire type off `in`. False when there is none.
bool TakeValue(uint64_t wire_type, std::string_view& in) {
  uint64_t size = 0;
  switch (wire_type) {
    case 0:
      return TakeVarint(in).has_value();
    case 1:
      size = 8;
      break;
    case 2: {
      const std::optional<uint64_t> length = TakeVarint(in);
      if (!length) return false;
      size = *length;
      break;
    }
    case 5:
      size = 4;
      break;
    default:
      return false;
  }
  if (size > in.size()) return false;
  in.remove_prefix(static_cast<size_t>(size));
  return true;
}

// Calls `part(bytes, hidden)` for each field, in their order. False when it is no message.
template <typename Part>
bool Split(std::string_view report, Part part) {
  while (!report.empty()) {
    std::string_view rest = report;
    const std::optional<uint64_t> tag = TakeVarint(rest);
    if (!tag || !TakeValue(*tag & 7, rest)) return false;
    const uint64_t field = *tag >> 3;
    part(report.substr(0, report.size() - rest.size()),
         field == Report::kKeepOutFieldNumber || field == Report::kSubmitterDigestFieldNumber);
    report = rest;
  }
  return true;
}

bool HidesSomething(std::string_view report) {
  bool hides = false;
  return Split(report, [&](std::string_view, bool hidden) { hides = hides || hidden; }) && hides;
}

}  // namespace

std::string Commit(const Opening& opening) {
  if (opening.withheld.empty()) return Commit(opening.random, opening.content);
  return Hash("content in part", {opening.random, opening.content, opening.withheld});
}

Opening OpeningOf(std::string_view random, std::string_view report) {
  if (!HidesSomething(report)) return {std::string(random), std::string(report), ""};
  Opening opening{.random = Hash("random of a part", {random})};
  std::string hidden;
  Split(report,
        [&](std::string_view bytes, bool hide) { (hide ? hidden : opening.content) += bytes; });
  opening.withheld = Hash("withheld", {random, hidden});
  sodium_memzero(hidden.data(), hidden.size());
  return opening;
}

std::string CommitReport(std::string_view random, std::string_view report) {
  if (!HidesSomething(report)) return Commit(random, report);
  Opening opening = OpeningOf(random, report);
  std::string commitment = Commit(opening);
  sodium_memzero(opening.content.data(), opening.content.size());
  return commitment;
}

bool IsCommitted(std::string_view random, std::string_view report, std::string_view commitment) {
  return CommitReport(random, report) == commitment || Commit(random, report) == commitment;
}

}  // namespace mamori::audit
