#include "common/server/caller.h"

#include <grpc/grpc_security_constants.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/status/errors.h"

namespace mamori::server {
namespace {

std::string_view View(const grpc::string_ref& text) { return {text.data(), text.size()}; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

bool IsPerson(std::string_view text) {
  return !text.empty() && text.size() <= kMaxPersonBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); });
}

bool IsZero(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '0'; });
}

// Takes a value that may be sent once and must satisfy `valid`.
void Take(std::string_view value, bool (*valid)(std::string_view), std::string& into,
          AssertedContext& context) {
  context.any = true;
  if (!into.empty() || !valid(value)) {
    context.well_formed = false;
  } else {
    into = value;
  }
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

AssertedContext ReadMetadata(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
  AssertedContext context;
  for (const auto& [key, value] : metadata) {
    const std::string_view name = View(key);
    if (name == kTenantKey) {
      Take(View(value), IsTenant, context.tenant, context);
    } else if (name == kPersonKey) {
      Take(View(value), IsPerson, context.person, context);
    } else if (name == kRequestIdKey && IsRequestId(View(value))) {
      context.request_id = View(value);
    } else if (name == kTraceparentKey && IsTraceparent(View(value))) {
      context.traceparent = View(value);
    }
  }
  return context;
}

}  // namespace mamori::server
