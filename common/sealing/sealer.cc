#include "common/sealing/sealer.h"

#include <algorithm>
#include <utility>

#include "common/status/macros.h"

namespace mamori::sealing {

absl::StatusOr<DataKey> KeyRing::Get(std::string_view tenant, std::string_view key_id) const {
  const auto found = keys_.find(key_id);
  if (found == keys_.end()) return absl::DataLossError("the key store has no such data key");
  return wrapper_->Unwrap(tenant, found->second.key_encryption_id, key_id, found->second.wrapped);
}

absl::StatusOr<DataKey> KeyRing::KeyOf(std::string_view tenant, std::string_view sealed) const {
  ASSIGN_OR_RETURN(const Header header, HeaderOf(sealed));
  return Get(tenant, header.key_id);
}

absl::StatusOr<std::string> KeyRing::Open(const Field& field, std::string_view sealed) const {
  ASSIGN_OR_RETURN(const Header header, HeaderOf(sealed));
  ASSIGN_OR_RETURN(const DataKey key, Get(field.tenant, header.key_id));
  return key.Open(field, sealed);
}

absl::StatusOr<DataKey> Sealer::Open(const FreshKey& key) const {
  const KeyBatch& batch = key.lot->batch;
  return wrapper_.Unwrap(batch.tenant, batch.key_encryption_id, key.id(),
                         batch.Wrapped(key.number));
}

absl::StatusOr<KeyRing> Sealer::Fetch(const std::vector<std::string_view>& sealed,
                                      absl::Time deadline) const {
  std::vector<std::string> ids;
  for (const std::string_view one : sealed) {
    if (one.empty()) continue;
    ASSIGN_OR_RETURN(const Header header, HeaderOf(one));
    ids.emplace_back(header.key_id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  ASSIGN_OR_RETURN(StoredKeys keys, store_.Find(ids, deadline));
  return KeyRing(wrapper_, std::move(keys));
}

absl::StatusOr<DataKey> Sealer::FetchKey(std::string_view tenant, std::string_view sealed,
                                         absl::Time deadline) const {
  ASSIGN_OR_RETURN(const Header header, HeaderOf(sealed));
  return FetchKeyById(tenant, std::string(header.key_id), deadline);
}

absl::StatusOr<DataKey> Sealer::FetchKeyById(std::string_view tenant, const std::string& key_id,
                                             absl::Time deadline) const {
  ASSIGN_OR_RETURN(StoredKeys keys, store_.Find({key_id}, deadline));
  return KeyRing(wrapper_, std::move(keys)).Get(tenant, key_id);
}

}  // namespace mamori::sealing
