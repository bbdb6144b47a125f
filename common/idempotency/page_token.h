// Sealed tokens: where the next page of a list, or a stream, goes on. Whoever holds one can neither
// read nor make one, and it is good for one person, one query and a while.
#ifndef MAMORI_COMMON_IDEMPOTENCY_PAGE_TOKEN_H_
#define MAMORI_COMMON_IDEMPOTENCY_PAGE_TOKEN_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/key_arena.h"
#include "common/time/clock.h"

namespace mamori::idempotency {

// For whom and what a token is. `filter` names method and filter (Hash() of them); page size and
// token are no part of it.
struct TokenBinding {
  std::string_view tenant;
  std::string_view person;
  std::string_view filter;
};

// XChaCha20-Poly1305 under a key that every replica of the service has. A token grants nothing: the
// query that it continues is decided anew. Thread safe.
class PageTokens {
 public:
  static constexpr absl::Duration kLifetime = absl::Hours(24);

  PageTokens(crypto::Key key, const time::Clock& clock) : key_(std::move(key)), clock_(clock) {}
  // As KeyArena::Read.
  static absl::StatusOr<PageTokens> FromFile(const std::string& file, crypto::KeyArena& arena,
                                             const time::Clock& clock);

  // Tokens of positions of one length have one length.
  std::string Seal(const TokenBinding& binding, std::string_view position,
                   absl::Duration lifetime = kLifetime) const;
  // The position; PageTokenInvalid() when the token is none of ours, was made for somebody or
  // something else, or has expired.
  absl::StatusOr<std::string> Open(const TokenBinding& binding, std::string_view token) const;

 private:
  crypto::Key key_;
  const time::Clock& clock_;
};

}  // namespace mamori::idempotency

#endif  // MAMORI_COMMON_IDEMPOTENCY_PAGE_TOKEN_H_
