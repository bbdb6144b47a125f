#include "common/sealing/key_service.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/crypto/aead.h"
#include "common/sealing/envelope.h"
#include "common/sealing/key_ids.h"

namespace mamori::sealing {
namespace {

constexpr size_t kWrappedEpochBytes = crypto::kNonceBytes + crypto::kKeyBytes + crypto::kSealBytes;

}  // namespace

FileKeyService::FileKeyService(std::string service, std::vector<crypto::Key> keys)
    : service_(std::move(service)) {
  for (crypto::Key& key : keys) {
    std::string id = KeyIdOf(key, "id of the key of epochs");
    keys_.emplace_back(std::move(id), std::move(key));
  }
}

std::vector<std::string> FileKeyService::ids() const {
  std::vector<std::string> ids;
  for (const auto& [id, key] : keys_) ids.push_back(id);
  return ids;
}

std::string FileKeyService::Place(std::string_view tenant) const {
  return AssociatedData({.tenant = tenant, .name = "epoch key", .resource = service_});
}

absl::StatusOr<std::string> FileKeyService::Wrap(std::string_view tenant,
                                                 const unsigned char* key) const {
  std::string wrapped(crypto::kNonceBytes, '\0');
  crypto::FillRandom(wrapped.data(), wrapped.size());
  const std::string nonce = wrapped;
  crypto::AppendSealed(keys_.front().second.data(), nonce, Place(tenant),
                       {reinterpret_cast<const char*>(key), crypto::kKeyBytes}, wrapped);
  return wrapped;
}

absl::Status FileKeyService::Unwrap(std::string_view id, std::string_view tenant,
                                    std::string_view wrapped, unsigned char* key) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const auto& one) { return one.first == id; });
  if (found == keys_.end()) return KeyNotOpen();
  if (wrapped.size() != kWrappedEpochBytes ||
      !crypto::OpenSealed(found->second.data(), wrapped.substr(0, crypto::kNonceBytes),
                          Place(tenant), wrapped.substr(crypto::kNonceBytes), key)) {
    return absl::DataLossError("a stored epoch key is not what was wrapped");
  }
  return absl::OkStatus();
}

}  // namespace mamori::sealing
