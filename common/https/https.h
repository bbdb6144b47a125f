// Requests to HTTPS addresses that our own configuration names.
#ifndef MAMORI_COMMON_HTTPS_HTTPS_H_
#define MAMORI_COMMON_HTTPS_HTTPS_H_

#include <curl/curl.h>

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mamori::https {

// Sets on `handle` what every request has: HTTPS alone, TLS 1.2 at least, the server verified by
// the authorities in `ca_file` (the system's when it is empty), no redirect, no signals, 5 s. The
// arguments are copied.
void Prepare(CURL* handle, const std::string& url, const std::string& ca_file);

// The status of the answer. UNAVAILABLE, beginning with `what`, when there is none.
absl::StatusOr<long> Perform(CURL* handle, std::string_view what);

}  // namespace mamori::https

#endif  // MAMORI_COMMON_HTTPS_HTTPS_H_
