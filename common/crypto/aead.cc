#include "common/crypto/aead.h"

#include <sodium.h>

#include <cstring>

#include "common/crypto/key_arena.h"

namespace mamori::crypto {
namespace {

static_assert(kNonceBytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES &&
              kSealBytes == crypto_aead_xchacha20poly1305_ietf_ABYTES &&
              kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

void AppendSealed(const unsigned char* key, std::string_view nonce, std::string_view associated,
                  std::string_view plaintext, std::string& out) {
  const size_t begin = out.size();
  out.resize(begin + plaintext.size() + kSealBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<unsigned char*>(out.data()) + begin, nullptr, Bytes(plaintext),
      plaintext.size(), Bytes(associated), associated.size(), nullptr, Bytes(nonce), key);
}

bool OpenSealed(const unsigned char* key, std::string_view nonce, std::string_view associated,
                std::string_view sealed, unsigned char* plaintext) {
  return sealed.size() >= kSealBytes && nonce.size() == kNonceBytes &&
         crypto_aead_xchacha20poly1305_ietf_decrypt(plaintext, nullptr, nullptr, Bytes(sealed),
                                                    sealed.size(), Bytes(associated),
                                                    associated.size(), Bytes(nonce), key) == 0;
}

void FillRandom(char* bytes, size_t size) {
  // Each byte is given once, and gone from here then.
  thread_local char drawn[1024];
  thread_local size_t left = 0;
  if (size > sizeof(drawn)) return randombytes_buf(bytes, size);
  if (left < size) {
    randombytes_buf(drawn, sizeof(drawn));
    left = sizeof(drawn);
  }
  char* const from = drawn + sizeof(drawn) - left;
  std::memcpy(bytes, from, size);
  sodium_memzero(from, size);
  left -= size;
}

void Wipe(std::string& secret) {
  sodium_memzero(secret.data(), secret.size());
  secret.clear();
}

}  // namespace mamori::crypto
