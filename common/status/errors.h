// How errors are made and carried. Inside, everything is absl::Status; the google.rpc details
// travel as its payloads and leave by ToGrpcStatus, the one place where a status becomes a wire
// status.
#ifndef MAMORI_COMMON_STATUS_ERRORS_H_
#define MAMORI_COMMON_STATUS_ERRORS_H_

#include <grpcpp/support/status.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"
#include "mamori/v1/error_reason.pb.h"

namespace mamori::status {

// A status with exactly one ErrorInfo{reason, domain "mamori", metadata}. `message` and `metadata`
// never carry field values or personal data.
absl::Status Error(absl::StatusCode code, mamori::v1::ErrorReason reason, std::string_view message,
                   const std::map<std::string, std::string>& metadata = {});

// The common ones, each with its code and reason.
absl::Status NotFound(std::string_view collection);  // NOT_FOUND, "no such report": never says more
absl::Status EtagMismatch();                         // ABORTED
absl::Status StateNotAllowed(std::string_view message);  // FAILED_PRECONDITION
absl::Status RequestIdReused();                          // INVALID_ARGUMENT
absl::Status PageTokenInvalid();                         // INVALID_ARGUMENT
absl::Status Overloaded(absl::Duration retry_after);     // RESOURCE_EXHAUSTED + RetryInfo
absl::Status Backlog(absl::Duration retry_after);        // RESOURCE_EXHAUSTED + RetryInfo
absl::Status EventGap(int64_t want_sequence);            // FAILED_PRECONDITION
absl::Status PolicyUnknown(std::string_view digest);     // FAILED_PRECONDITION

// Collects what is wrong with a request. Status() is OK when nothing is, else INVALID_ARGUMENT with
// a google.rpc.BadRequest of at most 20 violations (platform-facts 15) that name the proto path,
// got and want: Add("report.evidence[3].sha256", "20 bytes, want 32"). Never put the value itself
// in: it may be personal.
class Violations {
 public:
  void Add(std::string path, std::string description);
  bool empty() const { return violations_.empty(); }
  absl::Status Status() const;

 private:
  std::vector<std::pair<std::string, std::string>> violations_;
  int dropped_ = 0;
};

// The reason in the status's ErrorInfo; UNSPECIFIED when it has none.
mamori::v1::ErrorReason ReasonOf(const absl::Status& status);
bool HasReason(const absl::Status& status, mamori::v1::ErrorReason reason);

// Whether the code says that the fault is ours: INTERNAL, UNKNOWN, DATA_LOSS.
bool IsFault(absl::StatusCode code);

// What leaves the process. Our faults (IsFault) all leave as INTERNAL with a fixed text and the
// request id; a status without ErrorInfo gets the one that belongs to its code, RESOURCE_EXHAUSTED
// without RetryInfo gets one of 1 s. Only google.rpc details leave, and no more of them than fits
// into the metadata of a call.
grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view request_id);
// What came back from a call, details as payloads.
absl::Status FromGrpcStatus(const grpc::Status& status);
// For the per-item statuses of batch methods. Same masking as ToGrpcStatus.
google::rpc::Status ToProtoStatus(const absl::Status& status, std::string_view request_id);
absl::Status FromProtoStatus(const google::rpc::Status& status);

}  // namespace mamori::status

#endif  // MAMORI_COMMON_STATUS_ERRORS_H_
