// How one service passes a person's token on to another: with a statement that it has signed, in
// the place of the token's own binding to a client certificate.
#ifndef MAMORI_COMMON_AUTHN_STATEMENT_H_
#define MAMORI_COMMON_AUTHN_STATEMENT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mamori::authn {

inline constexpr absl::Duration kStatementLifetime = absl::Seconds(30);
inline constexpr size_t kMaxStatementBytes = 16 << 10;

// What a statement is about.
struct Hop {
  std::string token_hash;  // SHA-256 of the token passed on
  std::string method;      // full name of the method called
  std::string resource;    // ResourceOf(names) of the request
};

// The names that a request is about, as a statement has them: in the request's order, joined by a
// space; of more than 8 KiB their SHA-256 in hex.
std::string ResourceOf(const std::vector<std::string>& names);

// A serialized mamori.v1.SignedStatement. `certificate` and `key` are the service's own, PEM.
// INVALID_ARGUMENT for a key that cannot sign.
absl::StatusOr<std::string> SignStatement(const Hop& hop, absl::Time now,
                                          std::string_view certificate, std::string_view key);

// The resource that the statement is about. UNAUTHENTICATED, TOKEN_INVALID unless it was signed by
// `caller` (the URI name of the connection's certificate) with a certificate of `authorities` (PEM)
// for this token and method, and has not expired by our clock. `clock_skew` is how far the signer's
// may be ahead; one that is behind has so much less time.
absl::StatusOr<std::string> VerifyStatement(std::string_view signed_statement,
                                            std::string_view token_hash, std::string_view method,
                                            std::string_view caller, std::string_view authorities,
                                            absl::Duration clock_skew, absl::Time now);

}  // namespace mamori::authn

#endif  // MAMORI_COMMON_AUTHN_STATEMENT_H_
