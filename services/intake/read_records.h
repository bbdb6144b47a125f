// Who read what of a report, told to the audit.
#ifndef MAMORI_SERVICES_INTAKE_READ_RECORDS_H_
#define MAMORI_SERVICES_INTAKE_READ_RECORDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/audit/reads.h"
#include "common/id/id.h"
#include "common/server/caller.h"

namespace mamori::intake {

struct ReadReport {
  id::Id id;
  bool anonymous = false;  // then it is not said when within the day it was read either
};

// Call before the answer leaves; on an error it must not. Null records nothing, for tests.
absl::Status RecordReads(audit::ReadLog* reads, const server::CallContext& call,
                         const audit::Who& who, const std::string& tenant,
                         const std::vector<ReadReport>& read);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_READ_RECORDS_H_
