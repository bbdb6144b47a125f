// Who is calling: the one place that reads a call's identity and metadata.
#ifndef MAMORI_COMMON_SERVER_CALLER_H_
#define MAMORI_COMMON_SERVER_CALLER_H_

#include <string>

#include "absl/time/time.h"

namespace mamori::server {

// What a handler knows of its call. Made by the wrapper in rpc.h after authorization.
struct CallContext {
  std::string method;        // full name, "/mamori.intake.v1.IntakeService/GetReport"
  std::string caller;        // URI SAN of the client certificate
  std::string tenant;        // metadata "mamori-tenant"; [a-z0-9-]{1,64}; empty for service methods
  std::string person;        // metadata "mamori-person", the asserted person's subject; may be empty
  std::string request_id;    // of the call, for logs: metadata "mamori-request-id" or made here
  std::string traceparent;   // W3C, when the caller sent a valid one
  absl::Time deadline;       // always finite
};

// The metadata keys by which applications assert whom they act for, until people bring tokens.
inline constexpr char kTenantKey[] = "mamori-tenant";
inline constexpr char kPersonKey[] = "mamori-person";
inline constexpr char kRequestIdKey[] = "mamori-request-id";
inline constexpr char kTraceparentKey[] = "traceparent";

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_CALLER_H_
