// A report as a client sends it, alone or with others: read, or refused by the names of fields
// alone.
#include <string>

#include "absl/time/time.h"
#include "mamori/intake/v1/intake_service.pb.h"
#include "services/intake/validate.h"
#include "tests/fuzz/requests.h"

namespace {

using mamori::fuzz::Require;
using mamori::fuzz::TryRequest;
using mamori::intake::v1::BatchSubmitReportsRequest;
using mamori::intake::v1::SubmitReportRequest;

absl::Status CheckReport(const SubmitReportRequest& request) {
  return mamori::intake::ValidateSubmitReport(request, absl::FromUnixSeconds(1'800'000'000));
}

// Of a batch each is judged by itself, as if it had come alone.
void TryBatch(const std::string& bytes) {
  TryRequest<BatchSubmitReportsRequest>(bytes, mamori::intake::ValidateBatchSubmitReports);
  BatchSubmitReportsRequest batch;
  if (!batch.ParseFromString(bytes)) return;
  if (!mamori::intake::ValidateBatchSubmitReports(batch).ok()) return;
  Require(batch.requests_size() >= 1 && batch.requests_size() <= 500);
  for (const SubmitReportRequest& one : batch.requests()) {
    TryRequest<SubmitReportRequest>(one.SerializeAsString(), CheckReport);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  TryRequest<SubmitReportRequest>(bytes, CheckReport);
  TryBatch(bytes);
  return 0;
}
