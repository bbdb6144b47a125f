#include "services/mamorictl/exit_code.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "mamori/v1/error_reason.pb.h"
#include "services/mamorictl/output.h"

namespace mamori::ctl {
namespace {

// The details when the peer sent them; code and message alone otherwise (a proxy, a broken
// connection).
google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details()) || details.code() != status.error_code()) {
    details.Clear();
    details.set_code(status.error_code());
    details.set_message(status.error_message());
  }
  return details;
}

}  // namespace

int ExitCodeOf(const grpc::Status& status) {
  return status.ok() ? kOk : kStatusBase + static_cast<int>(status.error_code());
}

int ExitCodeOf(const absl::Status& status) {
  return status.ok() ? kOk : kStatusBase + static_cast<int>(status.code());
}

std::string ErrorText(const grpc::Status& status) {
  const google::rpc::Status details = DetailsOf(status);
  const auto code = static_cast<google::rpc::Code>(status.error_code());
  std::string text = absl::StrCat(google::rpc::Code_Name(code), ": ", status.error_message(), "\n");
  for (const auto& detail : details.details()) {
    google::rpc::BadRequest bad;
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&bad)) {
      for (const auto& field : bad.field_violations()) {
        absl::StrAppend(&text, "  ", field.field(), ": ", field.description(), "\n");
      }
    } else if (detail.UnpackTo(&info)) {
      absl::StrAppend(&text, "  reason: ", info.reason(), "\n");
      for (const auto& [key, value] : info.metadata()) {
        absl::StrAppend(&text, "  ", key, ": ", value, "\n");
      }
    } else if (detail.UnpackTo(&retry)) {
      const absl::Duration wait = absl::Seconds(retry.retry_delay().seconds()) +
                                  absl::Nanoseconds(retry.retry_delay().nanos());
      absl::StrAppend(&text, "  come again in ", DurationText(wait), "\n");
    }
  }
  return text;
}

std::string ErrorJson(const grpc::Status& status) {
  return Json(DetailsOf(status), /*one_line=*/true);
}

}  // namespace mamori::ctl
