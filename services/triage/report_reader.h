// Where reports are read for a person who may: intake decides again.
#ifndef MAMORI_SERVICES_TRIAGE_REPORT_READER_H_
#define MAMORI_SERVICES_TRIAGE_REPORT_READER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "mamori/v1/report.pb.h"

namespace mamori::triage {

class ReportReader {
 public:
  virtual ~ReportReader() = default;
  // On behalf of the caller, who is let see them as the reporter shares them; the others, and those
  // that do not exist, are left out. UNAVAILABLE: again later. Thread safe.
  virtual absl::StatusOr<std::vector<mamori::v1::Report>> Read(
      const server::CallContext& call, const std::vector<id::Id>& reports) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_REPORT_READER_H_
