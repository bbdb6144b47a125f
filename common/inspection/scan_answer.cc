#include "common/inspection/scan_answer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/inspection/reasons.h"

namespace mamori::inspection {
namespace {

constexpr std::string_view kFound = " FOUND";
constexpr std::string_view kName = "stream: ";
constexpr std::string_view kLimits = "Heuristics.Limits.Exceeded";
constexpr std::string_view kEncrypted = "Heuristics.Encrypted";
constexpr std::string_view kTooLong = "INSTREAM size limit exceeded";

}  // namespace

Verdict NotScanned(std::string_view why) {
  return {.malware = Inspection::kNotScanned, .reason = Reason(why)};
}

Verdict VerdictOf(std::string_view answer) {
  if (answer == "stream: OK") return {.malware = Inspection::kClean};
  if (answer.starts_with(kTooLong)) return NotScanned("the file is larger than the scanner reads");
  if (!answer.starts_with(kName) || !answer.ends_with(kFound) ||
      answer.size() <= kName.size() + kFound.size()) {
    return NotScanned("the scanner answered with an error");
  }
  answer.remove_prefix(kName.size());
  answer.remove_suffix(kFound.size());
  if (answer.starts_with(kLimits)) {
    return NotScanned(absl::StrCat("not read to the end: ", std::string(answer)));
  }
  if (answer.starts_with(kEncrypted)) {
    return NotScanned(absl::StrCat("encrypted: ", std::string(answer)));
  }
  return {.malware = Inspection::kInfected, .reason = Reason(answer)};
}

absl::StatusOr<absl::Time> SignatureTime(std::string_view version) {
  const size_t date = version.rfind('/');
  if (date == std::string_view::npos || version.find('/') == date) {
    return absl::NotFoundError("the scanner does not say how old its signatures are");
  }
  // The day of the month has a blank before its one digit.
  const std::string text =
      absl::StrReplaceAll(std::string(version.substr(date + 1)), {{"  ", " "}});
  absl::Time time;
  if (!absl::ParseTime("%a %b %d %H:%M:%S %Y", text, &time, nullptr)) {
    return absl::NotFoundError("the scanner does not say how old its signatures are");
  }
  return time;
}

}  // namespace mamori::inspection
