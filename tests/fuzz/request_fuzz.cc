// A report as a client sends it: read, or refused by the names of fields alone.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/time/time.h"
#include "mamori/intake/v1/intake_service.pb.h"
#include "services/intake/validate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  mamori::intake::v1::SubmitReportRequest request;
  if (!request.ParseFromArray(data, static_cast<int>(size))) return 0;
  const absl::Status status = mamori::intake::ValidateSubmitReport(request, now);
  // What one says of a request, he says of the same request sent again.
  mamori::intake::v1::SubmitReportRequest again;
  if (!again.ParseFromString(request.SerializeAsString())) std::abort();
  if (mamori::intake::ValidateSubmitReport(again, now) != status) std::abort();
  return 0;
}
