// An issuer's public keys, as one JWK Set (RFC 7517) brought them.
#ifndef MAMORI_COMMON_AUTHN_KEY_SET_H_
#define MAMORI_COMMON_AUTHN_KEY_SET_H_

#include <cjose/cjose.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mamori::authn {

// One public key that signatures may be verified with.
struct Key {
  struct Release {
    void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
  };
  std::unique_ptr<cjose_jwk_t, Release> jwk;
  bool rsa = false;         // else EC on P-256
  std::string algorithm;    // the one the issuer names for it; empty: any of its kind
  std::string fingerprint;  // of the key itself: a key id that comes to mean another key is noticed

  // Whether a token signed by this algorithm ("RS256") may be verified with it.
  bool Serves(std::string_view algorithm) const;
};

// Immutable; used by many threads at once.
class KeySet {
 public:
  // INVALID_ARGUMENT for what is no key set, and for one in which a key id names two signing keys.
  // Keys are left out that are of no use here: other kinds and curves, RSA below 2,048 bits, not
  // for signatures, without a key id, symmetric, or published together with their private part. An
  // empty set is a set: the issuer has withdrawn everything.
  static absl::StatusOr<std::shared_ptr<const KeySet>> Parse(std::string_view text);

  // Null when there is none. Lives as long as the set.
  const Key* Find(std::string_view key_id) const;
  size_t size() const { return keys_.size(); }

 private:
  KeySet() = default;
  std::map<std::string, Key, std::less<>> keys_;
};

// Longest key set read, in bytes, and longest key id.
inline constexpr size_t kMaxKeySetBytes = 256 << 10;
inline constexpr size_t kMaxKeyIdBytes = 256;

}  // namespace mamori::authn

#endif  // MAMORI_COMMON_AUTHN_KEY_SET_H_
