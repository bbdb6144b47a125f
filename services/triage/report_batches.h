// Many reports of intake, in as many calls as it takes.
#ifndef MAMORI_SERVICES_TRIAGE_REPORT_BATCHES_H_
#define MAMORI_SERVICES_TRIAGE_REPORT_BATCHES_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "mamori/intake/v1/intake_service.grpc.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::triage {

// Those of `reports` that intake answers, with at most `most` names in a call. `prepare` adds to
// each request and its context who asks. An answer that is too large for one message leaves some
// for the next call.
absl::StatusOr<std::vector<mamori::v1::Report>> ReadReportBatches(
    intake::v1::IntakeService::StubInterface& stub, const std::vector<id::Id>& reports, size_t most,
    absl::Time deadline,
    absl::FunctionRef<absl::Status(intake::v1::BatchGetReportsRequest&, grpc::ClientContext&)>
        prepare);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_REPORT_BATCHES_H_
