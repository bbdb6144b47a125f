// Seals bytes so that nobody without the key reads or changes them, nor puts them to another place:
// XChaCha20-Poly1305.
#ifndef MAMORI_COMMON_CRYPTO_AEAD_H_
#define MAMORI_COMMON_CRYPTO_AEAD_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace mamori::crypto {

inline constexpr size_t kNonceBytes = 24;
inline constexpr size_t kSealBytes = 16;

// Appends the ciphertext and kSealBytes more. `key` has kKeyBytes;
// `nonce` kNonceBytes that were never used with it; `associated` is what Open has to say too.
void AppendSealed(const unsigned char* key, std::string_view nonce, std::string_view associated,
                  std::string_view plaintext, std::string& out);

// Writes sealed.size() - kSealBytes bytes to `plaintext`; false, and nothing readable there, unless
// AppendSealed made it with the same key, nonce and associated bytes.
bool OpenSealed(const unsigned char* key, std::string_view nonce, std::string_view associated,
                std::string_view sealed, unsigned char* plaintext);

// `size` random bytes for nonces and the like, which stand beside what is sealed. Many are drawn at
// a time, since asking the kernel costs as much as sealing; keys are not made of these.
void FillRandom(char* bytes, size_t size);

// Overwrites what it held, and empties it.
void Wipe(std::string& secret);

}  // namespace mamori::crypto

#endif  // MAMORI_COMMON_CRYPTO_AEAD_H_
