#include "common/authn/verifier.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/authn/hash.h"
#include "common/authn/json.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::authn {
namespace {

constexpr std::array<std::string_view, 8> kRoles = {
    "admin", "auditor", "consultation", "desk", "executive", "first_reader", "lawyer", "manager"};
// All that a header may hold. What is not known here could change what the token means (crit), or
// where its key comes from (jku, jwk, x5u, x5c).
constexpr std::array<std::string_view, 5> kHeaderMembers = {"alg", "kid", "typ", "x5t", "x5t#S256"};
// Claims of ID tokens (OpenID Connect Core): what tells an application who signed in opens nothing.
constexpr std::array<const char*, 4> kIdTokenClaims = {"nonce", "at_hash", "c_hash", "s_hash"};

absl::Status Invalid(std::string_view check) {
  return status::Error(
      absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_TOKEN_INVALID,
      absl::StrCat("access token: ", absl::string_view(check.data(), check.size())));
}

struct Parts {
  std::string_view header, payload, signature;
};

std::optional<Parts> Split(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return std::nullopt;
  const size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  Parts parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
              token.substr(second + 1)};
  // A third dot (JWE) is no character of base64url.
  if (parts.header.empty() || parts.payload.empty() || parts.signature.empty()) return std::nullopt;
  return parts;
}

Json ParsePart(std::string_view part) {
  const auto text = FromBase64Url(part);
  return text ? ParseObject(*text) : nullptr;
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// Printable without control characters, in UTF-8 (jansson has checked that).
bool IsText(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

struct Header {
  std::string algorithm;
  std::string key_id;
};

absl::StatusOr<Header> CheckHeader(const json_t* json, const Expectations& expectations) {
  const char* member = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(json), member, value) {
    if (std::find(kHeaderMembers.begin(), kHeaderMembers.end(), member) == kHeaderMembers.end()) {
      return Invalid("a header member that is not accepted");
    }
  }
  Header header{TextOf(json, "alg").value_or(""), TextOf(json, "kid").value_or("")};
  if (!expectations.algorithms.contains(header.algorithm)) return Invalid("algorithm");
  const std::string type = TextOf(json, "typ").value_or("");
  if (!absl::EqualsIgnoreCase(type, "at+jwt") &&
      !absl::EqualsIgnoreCase(type, "application/at+jwt")) {
    return Invalid("typ, want at+jwt");
  }
  if (header.key_id.empty() || header.key_id.size() > kMaxKeyIdBytes) return Invalid("kid");
  return header;
}

struct JwsRelease {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};

bool SignatureHolds(std::string_view token, const Key& key) {
  const std::unique_ptr<cjose_jws_t, JwsRelease> jws(
      cjose_jws_import(token.data(), token.size(), nullptr));
  return jws != nullptr && cjose_jws_verify(jws.get(), key.jwk.get(), nullptr);
}

bool HasOnlyAudience(const json_t* claims, const std::string& audience) {
  const json_t* value = json_object_get(claims, "aud");
  if (json_is_array(value) && json_array_size(value) == 1) value = json_array_get(value, 0);
  return json_is_string(value) &&
         std::string_view(json_string_value(value), json_string_length(value)) == audience;
}

absl::Status CheckTimes(const json_t* claims, absl::Duration skew, absl::Time now,
                        Identity& identity) {
  const auto expiry = SecondsOf(claims, "exp"), issued = SecondsOf(claims, "iat");
  if (!expiry || !issued) return Invalid("exp and iat");
  if (*expiry <= *issued || absl::Seconds(*expiry - *issued) > kMaxLifetime) {
    return Invalid("lifetime, want 15 minutes at most");
  }
  if (absl::FromUnixSeconds(*issued) > now + skew) return Invalid("iat is in the future");
  if (Has(claims, "nbf")) {
    const auto not_before = SecondsOf(claims, "nbf");
    if (!not_before || absl::FromUnixSeconds(*not_before) > now + skew) return Invalid("nbf");
  }
  identity.expiry = absl::FromUnixSeconds(*expiry) + skew;
  if (now >= identity.expiry) {
    return status::Error(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_TOKEN_EXPIRED,
                         "access token: expired");
  }
  if (Has(claims, "auth_time")) {
    const auto authenticated = SecondsOf(claims, "auth_time");
    if (!authenticated || absl::FromUnixSeconds(*authenticated) > now + skew) {
      return Invalid("auth_time");
    }
    identity.auth_time = absl::FromUnixSeconds(*authenticated);
  }
  return absl::OkStatus();
}

absl::Status ReadTenant(const json_t* claims, const Expectations& expectations,
                        Identity& identity) {
  if (expectations.tenant_claim.empty()) {
    identity.tenant = *expectations.tenants.begin();
    return absl::OkStatus();
  }
  identity.tenant = TextOf(claims, expectations.tenant_claim.c_str()).value_or("");
  if (!expectations.tenants.contains(identity.tenant)) return Invalid("tenant");
  return absl::OkStatus();
}

absl::Status AddRole(const json_t* value, const Expectations& expectations, Identity& identity) {
  if (!json_is_string(value)) return Invalid("roles");
  std::string_view role(json_string_value(value), json_string_length(value));
  if (!expectations.role_of.empty()) {
    const auto meaning = expectations.role_of.find(role);
    if (meaning == expectations.role_of.end()) return absl::OkStatus();
    role = meaning->second;
  }
  if (IsRole(role)) identity.roles.emplace_back(role);
  return absl::OkStatus();
}

absl::Status ReadRoles(const json_t* claims, const Expectations& expectations, Identity& identity) {
  const json_t* roles = json_object_get(claims, expectations.roles_claim.c_str());
  if (roles == nullptr) return absl::OkStatus();  // everyone may report
  if (json_is_array(roles)) {
    for (size_t i = 0; i < json_array_size(roles); ++i) {
      RETURN_IF_ERROR(AddRole(json_array_get(roles, i), expectations, identity));
    }
  } else {
    RETURN_IF_ERROR(AddRole(roles, expectations, identity));
  }
  std::sort(identity.roles.begin(), identity.roles.end());
  identity.roles.erase(std::unique(identity.roles.begin(), identity.roles.end()),
                       identity.roles.end());
  return absl::OkStatus();
}

absl::Status ReadText(const json_t* claims, const std::string& claim, std::string& into) {
  if (!Has(claims, claim.c_str())) return absl::OkStatus();
  const auto text = TextOf(claims, claim.c_str());
  if (!text || text->size() > kMaxPersonBytes || !IsText(*text)) return Invalid(claim);
  into = *text;
  return absl::OkStatus();
}

absl::Status ReadBinding(const json_t* claims, bool required, Identity& identity) {
  const json_t* confirmation = json_object_get(claims, "cnf");
  if (confirmation == nullptr) {
    return required ? Invalid("cnf, want it bound to the client certificate") : absl::OkStatus();
  }
  // A binding of another kind cannot be checked here, so the token must not be used.
  const auto hash = TextOf(confirmation, "x5t#S256");
  const auto bytes = hash ? FromBase64Url(*hash) : std::nullopt;
  if (!bytes || bytes->size() != 32 || json_object_size(confirmation) != 1) return Invalid("cnf");
  identity.bound_to = *bytes;
  return absl::OkStatus();
}

absl::Status ReadSubject(const json_t* claims, const std::string& issuer, Identity& identity) {
  const std::string subject = TextOf(claims, "sub").value_or("");
  identity.person = absl::StrCat(issuer, "/", subject);
  if (subject.empty() || identity.person.size() > kMaxPersonBytes || !IsPrintable(subject)) {
    return Invalid("sub");
  }
  return absl::OkStatus();
}

absl::StatusOr<Identity> CheckClaims(const json_t* claims, const Expectations& expectations,
                                     absl::Time now) {
  Identity identity;
  if (TextOf(claims, "iss") != expectations.issuer) return Invalid("iss");
  identity.issuer = expectations.issuer;
  if (!HasOnlyAudience(claims, expectations.audience)) return Invalid("aud");
  for (const char* claim : kIdTokenClaims) {
    if (Has(claims, claim)) return Invalid("a claim of ID tokens");
  }
  RETURN_IF_ERROR(CheckTimes(claims, expectations.clock_skew, now, identity));
  RETURN_IF_ERROR(ReadSubject(claims, expectations.name, identity));
  RETURN_IF_ERROR(ReadTenant(claims, expectations, identity));
  RETURN_IF_ERROR(ReadRoles(claims, expectations, identity));
  RETURN_IF_ERROR(ReadText(claims, expectations.department_claim, identity.department));
  RETURN_IF_ERROR(ReadText(claims, "acr", identity.acr));
  RETURN_IF_ERROR(ReadBinding(claims, expectations.require_bound, identity));
  return identity;
}

}  // namespace

bool IsRole(std::string_view text) {
  return std::find(kRoles.begin(), kRoles.end(), text) != kRoles.end();
}

std::string UnverifiedIssuer(std::string_view token) {
  const auto parts = Split(token);
  const Json claims = parts ? ParsePart(parts->payload) : nullptr;
  return TextOf(claims.get(), "iss").value_or("");
}

std::string UnverifiedKeyId(std::string_view token) {
  const auto parts = Split(token);
  const Json header = parts ? ParsePart(parts->header) : nullptr;
  return TextOf(header.get(), "kid").value_or("");
}

absl::StatusOr<Identity> Verify(std::string_view token, const KeySet& keys,
                                const Expectations& expectations, absl::Time now) {
  const auto parts = Split(token);
  if (!parts || !FromBase64Url(parts->signature))
    return Invalid("not a signed JWT of 8 KiB at most");
  const Json header_json = ParsePart(parts->header);
  if (header_json == nullptr) return Invalid("header");
  ASSIGN_OR_RETURN(const Header header, CheckHeader(header_json.get(), expectations));
  const Json claims = ParsePart(parts->payload);
  if (claims == nullptr) return Invalid("claims");
  const Key* key = keys.Find(header.key_id);
  if (key == nullptr) return absl::NotFoundError("no such key");
  if (!key->Serves(header.algorithm)) return Invalid("algorithm, the key is for another");
  if (!SignatureHolds(token, *key)) return Invalid("signature");
  ASSIGN_OR_RETURN(Identity identity, CheckClaims(claims.get(), expectations, now));
  identity.token_hash = Sha256(token);
  identity.key_id = header.key_id;
  identity.key_fingerprint = key->fingerprint;
  return identity;
}

absl::Status CheckBinding(const Identity& identity, std::string_view certificate_hash) {
  if (identity.bound_to.empty() || identity.bound_to == certificate_hash) return absl::OkStatus();
  return Invalid("bound to another client certificate");
}

}  // namespace mamori::authn
