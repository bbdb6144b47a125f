// Who is calling: the one place that reads a call's identity and metadata.
#ifndef MAMORI_COMMON_SERVER_CALLER_H_
#define MAMORI_COMMON_SERVER_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mamori::server {

// What a handler knows of its call. Made by the wrapper in rpc.h after authorization.
struct CallContext {
  std::string method;  // full name, "/mamori.intake.v1.IntakeService/GetReport"
  std::string caller;  // URI SAN of the client certificate
  std::string tenant;  // metadata "mamori-tenant"; [a-z0-9-]{1,64}; empty for service methods
  std::string person;  // metadata "mamori-person", the asserted person's subject; may be empty
  // What the issuer's token says of the person; empty without a verified token.
  // "desk", "consultation", "lawyer", "executive", "auditor", "first_reader" or "admin", sorted,
  // each once. Every person may report: that needs no role.
  std::vector<std::string> roles;
  std::string department;  // the issuer's own text, printable; may be empty
  std::string acr;         // how strongly the person was authenticated, the issuer's own text
  absl::Time auth_time = absl::InfinitePast();       // when the person was authenticated
  std::string token_hash;                            // SHA-256 of the token, 32 bytes
  absl::Time token_expiry = absl::InfiniteFuture();  // streams end then
  std::string purpose;      // for what a service acts for itself, "assess" or "relay"; else empty
  std::string request_id;   // of the call, for logs: metadata "mamori-request-id" or made here
  std::string traceparent;  // W3C, when the caller sent a valid one
  absl::Time deadline;      // always finite
};

// The metadata keys by which applications assert whom they act for, until people bring tokens.
inline constexpr char kTenantKey[] = "mamori-tenant";
inline constexpr char kPersonKey[] = "mamori-person";
inline constexpr char kRequestIdKey[] = "mamori-request-id";
inline constexpr char kTraceparentKey[] = "traceparent";

// Longest subject of a person taken from metadata.
inline constexpr size_t kMaxPersonBytes = 128;

// The one URI SAN of the client's certificate. UNAUTHENTICATED (UNKNOWN_CALLER) when it has none,
// or several: then it would be a matter of luck which of them is meant.
absl::StatusOr<std::string> ReadCaller(const grpc::ServerContextBase& context);

// What the metadata says, unchecked against the table. Keys sent twice are malformed.
struct AssertedContext {
  bool any = false;         // a tenant or a person was sent
  bool well_formed = true;  // tenant [a-z0-9-]{1,64}; person printable ASCII, 1 to kMaxPersonBytes
  std::string tenant;
  std::string person;
  std::string request_id;   // empty unless [A-Za-z0-9_-]{8,64}
  std::string traceparent;  // empty unless W3C version 00 with non-zero ids
};
AssertedContext ReadMetadata(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata);

bool IsTenant(std::string_view text);
bool IsRequestId(std::string_view text);
bool IsTraceparent(std::string_view text);

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_CALLER_H_
