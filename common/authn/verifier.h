// Says whether an access token is to be believed, and of whom it speaks. Pure: the same token,
// keys, expectations and time have the same answer.
#ifndef MAMORI_COMMON_AUTHN_VERIFIER_H_
#define MAMORI_COMMON_AUTHN_VERIFIER_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/authn/key_set.h"

namespace mamori::authn {

inline constexpr size_t kMaxTokenBytes = 8 << 10;
inline constexpr absl::Duration kMaxLifetime = absl::Minutes(15);
// Longest text form of a person, "<issuer's short name>/<sub>", and of acr and department.
inline constexpr size_t kMaxPersonBytes = 128;

// What a token of one issuer must be.
struct Expectations {
  std::string name;      // the issuer's short name
  std::string issuer;    // exact `iss`
  std::string audience;  // the only one in `aud`
  std::set<std::string, std::less<>> algorithms = {"RS256", "PS256", "ES256"};
  std::set<std::string, std::less<>> tenants;
  std::string tenant_claim;  // empty: `tenants` has exactly one
  std::string roles_claim = "roles";
  std::map<std::string, std::string, std::less<>> role_of;  // claim value to role
  std::string department_claim = "department";
  bool require_bound = false;
  absl::Duration clock_skew = absl::Seconds(30);
};

// A person, as a token that was believed says it.
struct Identity {
  std::string issuer;  // `iss`
  std::string person;  // "<issuer's short name>/<sub>", printable ASCII without spaces
  std::string tenant;
  std::vector<std::string> roles;  // sorted, each once
  std::string department;          // may be empty
  std::string acr;                 // may be empty
  absl::Time auth_time = absl::InfinitePast();
  absl::Time expiry;            // with the clock skew: from then on it is not believed
  std::string token_hash;       // SHA-256 of the token, 32 bytes
  std::string bound_to;         // SHA-256 of the client certificate; empty when it is not bound
  std::string key_id;           // that it was verified with
  std::string key_fingerprint;  // likewise
};

// `iss` of a token that is not verified: only to choose whose keys to look at. Empty when it cannot
// be read, so it also refuses what is no token at all.
std::string UnverifiedIssuer(std::string_view token);

// UNAUTHENTICATED with reason TOKEN_EXPIRED or TOKEN_INVALID and the check that failed, never with
// a value of the token. NOT_FOUND when `keys` does not have the token's key: it may be a new one.
absl::StatusOr<Identity> Verify(std::string_view token, const KeySet& keys,
                                const Expectations& expectations, absl::Time now);

// The key id that Verify would look for.
std::string UnverifiedKeyId(std::string_view token);

// Whether the token may be used over a connection with this client certificate (its SHA-256).
// UNAUTHENTICATED, TOKEN_INVALID otherwise.
absl::Status CheckBinding(const Identity& identity, std::string_view certificate_hash);

// Whether `text` is one of the seven roles.
bool IsRole(std::string_view text);

}  // namespace mamori::authn

#endif  // MAMORI_COMMON_AUTHN_VERIFIER_H_
