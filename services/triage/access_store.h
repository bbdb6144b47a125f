// Access records alone, for whoever decides without the case.
#ifndef MAMORI_SERVICES_TRIAGE_ACCESS_STORE_H_
#define MAMORI_SERVICES_TRIAGE_ACCESS_STORE_H_

#include <map>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "mamori/v1/access.pb.h"

namespace mamori::triage {

class AccessStore {
 public:
  virtual ~AccessStore() = default;

  // By the case's id; those that the tenant does not have are left out, and those whose record is
  // not believed are empty, which admits nobody.
  using Records = std::map<id::Id, mamori::v1::CaseAccess>;
  virtual absl::StatusOr<Records> ReadByCase(std::string_view tenant,
                                             const std::vector<id::Id>& case_ids,
                                             absl::Time deadline) = 0;
  // The same by the id of a report.
  virtual absl::StatusOr<Records> ReadByReport(std::string_view tenant,
                                               const std::vector<id::Id>& report_ids,
                                               absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACCESS_STORE_H_
