#include "common/sealing/data_key.h"

#include "common/crypto/aead.h"
#include "common/status/macros.h"

namespace mamori::sealing {
namespace {

static_assert(kNonceBytes == crypto::kNonceBytes &&
              kOverheadBytes == 1 + kKeyIdBytes + kNonceBytes + crypto::kSealBytes);

}  // namespace

std::string DataKey::Seal(const Field& field, std::string_view plaintext) const {
  char nonce[kNonceBytes];
  crypto::FillRandom(nonce, sizeof(nonce));
  std::string sealed;
  sealed.reserve(plaintext.size() + kOverheadBytes);
  AppendHeader({.key_id = id_, .nonce = {nonce, sizeof(nonce)}}, sealed);
  crypto::AppendSealed(slot_.second(), {nonce, sizeof(nonce)}, AssociatedData(field), plaintext,
                       sealed);
  return sealed;
}

absl::StatusOr<std::string> DataKey::Open(const Field& field, std::string_view sealed) const {
  ASSIGN_OR_RETURN(const Header header, HeaderOf(sealed));
  std::string plaintext(sealed.size() - kOverheadBytes, '\0');
  if (header.key_id != id_ ||
      !crypto::OpenSealed(slot_.second(), header.nonce, AssociatedData(field),
                          sealed.substr(1 + kKeyIdBytes + kNonceBytes),
                          reinterpret_cast<unsigned char*>(plaintext.data()))) {
    return absl::DataLossError("stored content is not what was sealed for its place");
  }
  return plaintext;
}

}  // namespace mamori::sealing
