#include "common/server/caller.h"

#include <grpc/grpc_security_constants.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "common/authn/statement.h"
#include "common/status/errors.h"

namespace mamori::server {
namespace {

std::string_view View(const grpc::string_ref& text) { return {text.data(), text.size()}; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); });
}

bool IsZero(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '0'; });
}

// Takes a value that may be sent once.
void Take(std::string_view value, std::string& into, Metadata& metadata) {
  if (!into.empty() || value.empty()) metadata.well_formed = false;
  into = value;
}

// The scheme's name is in any case (RFC 7235).
void TakeBearer(std::string_view value, Metadata& metadata) {
  constexpr size_t kScheme = sizeof("Bearer ") - 1;
  if (!absl::StartsWithIgnoreCase({value.data(), value.size()}, "Bearer ")) {
    metadata.well_formed = false;
    return;
  }
  Take(value.substr(kScheme), metadata.token, metadata);
}

}  // namespace

bool IsTenant(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return IsLower(c) || IsDigit(c) || c == '-';
  });
}

bool IsRequestId(std::string_view text) {
  return text.size() >= 8 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return IsLower(c) || IsUpper(c) || IsDigit(c) || c == '-' || c == '_';
         });
}

bool IsTraceparent(std::string_view text) {
  // version "-" trace id "-" parent id "-" flags
  if (text.size() != 55 || text.substr(0, 3) != "00-" || text[35] != '-' || text[52] != '-') {
    return false;
  }
  const std::string_view trace = text.substr(3, 32);
  const std::string_view parent = text.substr(36, 16);
  return IsHex(trace) && !IsZero(trace) && IsHex(parent) && !IsZero(parent) &&
         IsHex(text.substr(53));
}

absl::StatusOr<std::string> ReadCaller(const grpc::ServerContextBase& context) {
  const std::shared_ptr<const grpc::AuthContext> auth = context.auth_context();
  if (auth != nullptr) {
    const std::vector<grpc::string_ref> uris =
        auth->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
    if (uris.size() == 1) return std::string(View(uris[0]));
  }
  return status::Error(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_UNKNOWN_CALLER,
                       "want a client certificate with exactly one URI name");
}

std::string ReadCertificate(const grpc::ServerContextBase& context) {
  const std::shared_ptr<const grpc::AuthContext> auth = context.auth_context();
  if (auth == nullptr) return "";
  const std::vector<grpc::string_ref> pem =
      auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  return pem.size() == 1 ? std::string(View(pem[0])) : "";
}

Metadata ReadMetadata(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
  Metadata read;
  for (const auto& [key, value] : metadata) {
    const std::string_view name = View(key);
    if (name == kTenantKey || name == kPersonKey) {
      read.asserted = true;
    } else if (name == kAuthorizationKey) {
      TakeBearer(View(value), read);
    } else if (name == kOnBehalfKey) {
      Take(View(value), read.on_behalf, read);
    } else if (name == kStatementKey) {
      Take(View(value), read.statement, read);
    } else if (name == kRequestIdKey && IsRequestId(View(value))) {
      read.request_id = View(value);
    } else if (name == kTraceparentKey && IsTraceparent(View(value))) {
      read.traceparent = View(value);
    }
  }
  return read;
}

absl::StatusOr<std::string> TenantOf(const CallContext& call, const std::string& named) {
  status::Violations violations;
  if (!call.purpose.empty()) {
    if (IsTenant(named)) return named;
    violations.Add("tenant", "want [a-z0-9-]{1,64} from a service that acts for itself");
    return violations.Status();
  }
  if (named.empty() || named == call.tenant) return call.tenant;
  violations.Add("tenant", "not the caller's");
  return violations.Status();
}

absl::Status RequireResource(const CallContext& call, const std::vector<std::string>& names) {
  if (call.resource.empty() || call.resource == authn::ResourceOf(names)) return absl::OkStatus();
  return status::Error(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_TOKEN_INVALID,
                       "statement of the calling service: for another resource");
}

}  // namespace mamori::server
