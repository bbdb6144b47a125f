// Exit codes that scripts can use. They are documented in README.md and in `mamorictl --help`.
#ifndef MAMORI_SERVICES_MAMORICTL_EXIT_CODE_H_
#define MAMORI_SERVICES_MAMORICTL_EXIT_CODE_H_

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace mamori::ctl {

inline constexpr int kOk = 0;
inline constexpr int kLocalFailure = 1;  // a file cannot be read or written
inline constexpr int kUsage = 2;         // wrong flags, wrong JSON, or no connection settings
inline constexpr int kNotYet = 3;        // --wait ended before what was waited for
inline constexpr int kStatusBase =
    10;  // and the gRPC code added: 13 INVALID_ARGUMENT, 15 NOT_FOUND …

// 0 for OK, else 10 + the code.
int ExitCodeOf(const grpc::Status& status);
int ExitCodeOf(const absl::Status& status);

// For a person: code and message, then each wrong field, reason and wait on a line of its own.
std::string ErrorText(const grpc::Status& status);
// For a script: google.rpc.Status as JSON, on one line.
std::string ErrorJson(const grpc::Status& status);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_EXIT_CODE_H_
