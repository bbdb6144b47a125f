#include "common/crypto/signing_key.h"

#include <sodium.h>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace mamori::crypto {
namespace {

static_assert(kPublicKeyBytes == crypto_sign_PUBLICKEYBYTES &&
              kSignatureBytes == crypto_sign_BYTES && kKeyBytes == crypto_sign_SEEDBYTES);

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string Purposed(std::string_view purpose, std::string_view message) {
  return absl::StrCat(absl::string_view(purpose.data(), purpose.size()), absl::string_view("\0", 1),
                      absl::string_view(message.data(), message.size()));
}

}  // namespace

absl::StatusOr<SigningKey> SigningKey::FromSeed(const Key& seed, KeyArena& arena) {
  if (seed.size() != kKeyBytes) return absl::InvalidArgumentError("a seed of 32 bytes is wanted");
  std::string public_key(kPublicKeyBytes, '\0');
  ASSIGN_OR_RETURN(Key key, arena.Make(crypto_sign_SECRETKEYBYTES, [&](unsigned char* secret) {
    crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(public_key.data()), secret,
                             seed.data());
  }));
  return SigningKey(std::move(key), std::move(public_key));
}

std::string SigningKey::Sign(std::string_view purpose, std::string_view message) const {
  const std::string text = Purposed(purpose, message);
  std::string signature(kSignatureBytes, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, Bytes(text),
                       text.size(), key_.data());
  return signature;
}

bool VerifySignature(std::string_view public_key, std::string_view purpose,
                     std::string_view message, std::string_view signature) {
  if (public_key.size() != kPublicKeyBytes || signature.size() != kSignatureBytes) return false;
  const std::string text = Purposed(purpose, message);
  return crypto_sign_verify_detached(Bytes(signature), Bytes(text), text.size(),
                                     Bytes(public_key)) == 0;
}

}  // namespace mamori::crypto
