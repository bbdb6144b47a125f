#include "services/intake/sealing_keys.h"

#include <sodium.h>

#include "common/crypto/aead.h"
#include "common/receipt/sealed.h"
#include "common/status/errors.h"

namespace mamori::intake {
namespace {

struct KeyPair {
  unsigned char public_key[crypto_box_PUBLICKEYBYTES];
  unsigned char secret_key[crypto_box_SECRETKEYBYTES];
  ~KeyPair() { sodium_memzero(secret_key, sizeof(secret_key)); }
};
static_assert(crypto::kTagBytes == crypto_box_SEEDBYTES);

void Derive(const crypto::KeyedHash& secret, std::string_view tenant, int64_t period,
            KeyPair& pair) {
  std::string seed = secret.Tag({"sealing", tenant, std::to_string(period)});
  crypto_box_seed_keypair(pair.public_key, pair.secret_key,
                          reinterpret_cast<const unsigned char*>(seed.data()));
  sodium_memzero(seed.data(), seed.size());
}

}  // namespace

absl::Status NotSealed() {
  return status::Error(absl::StatusCode::kInvalidArgument, mamori::v1::ERROR_REASON_SEALING,
                       "what was sealed does not open: get the sealing key again");
}

int64_t SealingKeys::Period() const {
  return absl::ToInt64Seconds(clock_.Now() - absl::UnixEpoch()) /
         absl::ToInt64Seconds(kSealingPeriod);
}

absl::StatusOr<SealingKeys::PublishedKey> SealingKeys::Published(std::string_view tenant) const {
  if (secrets_.empty()) return status::StateNotAllowed("nothing can be sealed here");
  const int64_t period = Period();
  KeyPair pair;
  Derive(secrets_.front(), tenant, period, pair);
  return PublishedKey{{reinterpret_cast<const char*>(pair.public_key), sizeof(pair.public_key)},
                      absl::UnixEpoch() + kSealingPeriod * (period + 2)};
}

absl::StatusOr<std::string> SealingKeys::Open(std::string_view tenant,
                                              std::string_view sealed) const {
  if (sealed.size() < crypto_box_SEALBYTES) return NotSealed();
  std::string padded(sealed.size() - crypto_box_SEALBYTES, '\0');
  const int64_t newest = Period();
  for (const crypto::KeyedHash& secret : secrets_) {
    for (const int64_t period : {newest, newest - 1}) {
      KeyPair pair;
      Derive(secret, tenant, period, pair);
      if (crypto_box_seal_open(reinterpret_cast<unsigned char*>(padded.data()),
                               reinterpret_cast<const unsigned char*>(sealed.data()), sealed.size(),
                               pair.public_key, pair.secret_key) != 0) {
        continue;
      }
      absl::StatusOr<std::string> plain = receipt::Unpad(padded);
      crypto::Wipe(padded);
      return plain.ok() ? std::move(plain) : NotSealed();
    }
  }
  return NotSealed();
}

}  // namespace mamori::intake
