// What clamd's answers mean.
#ifndef MAMORI_COMMON_INSPECTION_SCAN_ANSWER_H_
#define MAMORI_COMMON_INSPECTION_SCAN_ANSWER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/inspection/inspector.h"

namespace mamori::inspection {

struct Verdict {
  Inspection::Malware malware = Inspection::kNotScanned;
  std::string reason;  // empty when clean
};

// What clamd's answer to INSTREAM means: "stream: OK", "stream: Name FOUND", "… ERROR". What it
// reports of limits and encryption is no malware, it is what it did not read.
Verdict VerdictOf(std::string_view answer);

// The time of the signatures in clamd's answer to VERSION, "ClamAV 1.4.6/27845/Wed Nov 25 08:31:02
// 2026", read as UTC. NOT_FOUND when it tells none.
absl::StatusOr<absl::Time> SignatureTime(std::string_view version);

// Nothing was found, and that says nothing.
Verdict NotScanned(std::string_view why);

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_SCAN_ANSWER_H_
