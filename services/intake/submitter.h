// From a request to a row in the writer's queue: SubmitReport and BatchSubmitReports.
#ifndef MAMORI_SERVICES_INTAKE_SUBMITTER_H_
#define MAMORI_SERVICES_INTAKE_SUBMITTER_H_

#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/intake_service.pb.h"
#include "services/intake/backlog_gate.h"
#include "services/intake/flood_control.h"
#include "services/intake/group_commit.h"

namespace mamori::intake {

class Submitter {
 public:
  Submitter(GroupCommit& writer, const ContentSeal& seal, const BacklogGate& gate,
            const time::Clock& clock, id::IdSource& ids, FloodControl* flood = nullptr)
      : writer_(writer), seal_(seal), gate_(gate), clock_(clock), ids_(ids), flood_(flood) {}

  // Gets the serialized SubmitReportResponse, exactly once, from any thread.
  using Done = std::function<void(absl::StatusOr<std::string>)>;
  // Does not block. The request comes as it was on the wire: gRPC would answer UNIMPLEMENTED to one
  // that cannot be parsed, such as one with text that is not UTF-8, and here it is
  // INVALID_ARGUMENT.
  void Submit(const server::CallContext& call, const grpc::ByteBuffer& request, Done done) const;

  // Blocks until each request is answered. A request id counts as one of SubmitReport: a report
  // that was sent both by itself and in a batch is taken once.
  absl::StatusOr<v1::BatchSubmitReportsResponse> SubmitBatch(
      const server::CallContext& call, const v1::BatchSubmitReportsRequest& request) const;

 private:
  void SubmitParsed(const server::CallContext& call, v1::SubmitReportRequest& request,
                    Done done) const;

  GroupCommit& writer_;
  const ContentSeal& seal_;
  const BacklogGate& gate_;
  const time::Clock& clock_;
  id::IdSource& ids_;
  FloodControl* const flood_;  // null: none, for tools
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SUBMITTER_H_
