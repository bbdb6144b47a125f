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
  // Of the person, else the application's only one; [a-z0-9-]{1,64}. Empty for a service that acts
  // for itself (`purpose`): see TenantOf.
  std::string tenant;
  // "<issuer's short name>/<sub>" of a verified token, printable ASCII, at most 128 bytes: the same
  // person for as long as the issuer knows him. Empty when the call is nobody's.
  std::string person;
  // What the issuer's token says of the person; empty without a verified token.
  // "desk", "consultation", "lawyer", "executive", "auditor", "first_reader", "admin" or "manager",
  // sorted, each once. Every person may report, for oneself: that needs no role.
  std::vector<std::string> roles;
  std::string department;  // the issuer's own text, printable; may be empty
  std::string acr;         // how strongly the person was authenticated, the issuer's own text
  absl::Time auth_time = absl::InfinitePast();  // when the person was authenticated
  // `acr` is one of those that the configuration accepts for a step-up.
  bool strong = false;
  std::string token;       // to be passed on (client/on_behalf.h), never written anywhere
  std::string token_hash;  // SHA-256 of the token, 32 bytes
  absl::Time token_expiry = absl::InfiniteFuture();  // streams end then
  std::string resource;  // on behalf: what the calling service's statement is about
  // For what a service acts for itself, "assess", "check", "relay" or "timeline"; or empty.
  std::string purpose;
  std::string request_id;   // of the call, for logs: metadata "mamori-request-id" or made here
  std::string traceparent;  // W3C, when the caller sent a valid one
  absl::Time deadline;      // always finite
};

// "GetReport": the method's own name.
inline std::string ActionOf(const CallContext& call) {
  return call.method.substr(call.method.rfind('/') + 1);
}

// A person's access token, "Bearer TOKEN", from applications.
inline constexpr char kAuthorizationKey[] = "authorization";
// The same token, passed on by a service, and its statement about that (authn/statement.h).
inline constexpr char kOnBehalfKey[] = "mamori-on-behalf";
inline constexpr char kStatementKey[] = "mamori-statement-bin";
// Who acts is proved, never claimed: calls that bring one of these are refused.
inline constexpr char kTenantKey[] = "mamori-tenant";
inline constexpr char kPersonKey[] = "mamori-person";
inline constexpr char kRequestIdKey[] = "mamori-request-id";
inline constexpr char kTraceparentKey[] = "traceparent";

// The one URI SAN of the client's certificate. UNAUTHENTICATED (UNKNOWN_CALLER) when it has none,
// or several: then it would be a matter of luck which of them is meant.
absl::StatusOr<std::string> ReadCaller(const grpc::ServerContextBase& context);
// The client's certificate, PEM.
std::string ReadCertificate(const grpc::ServerContextBase& context);

// What the metadata says, unchecked.
struct Metadata {
  bool asserted = false;    // a tenant or a person was named
  bool well_formed = true;  // the keys of tokens at most once each, "Bearer " before the first
  std::string token;
  std::string on_behalf;
  std::string statement;
  std::string request_id;   // empty unless [A-Za-z0-9_-]{8,64}
  std::string traceparent;  // empty unless W3C version 00 with non-zero ids
};
Metadata ReadMetadata(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata);

// The tenant of a call whose request may name one: the caller's own, or the request's when a
// service acts for itself. INVALID_ARGUMENT when a service names none, or anyone else another.
absl::StatusOr<std::string> TenantOf(const CallContext& call, const std::string& named);
// On behalf of a person a service may ask for nothing but what it has signed. UNAUTHENTICATED
// (TOKEN_INVALID) when `names`, the request's, are others.
absl::Status RequireResource(const CallContext& call, const std::vector<std::string>& names);

bool IsTenant(std::string_view text);
bool IsRequestId(std::string_view text);
bool IsTraceparent(std::string_view text);

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_CALLER_H_
