#include "common/sealing/epoch_keys.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/sealing/key_ids.h"
#include "common/status/macros.h"

namespace mamori::sealing {
namespace {

constexpr char kEpochs[] = "epochs:";

}  // namespace

EpochKeys::EpochKeys(std::unique_ptr<KeyService> service, bool wraps)
    : service_(std::move(service)), ids_(service_->ids()), wraps_(wraps) {}

absl::Status EpochKeys::Load(std::string_view id, std::string_view tenant,
                             unsigned char* key) const {
  if (std::find(ids_.begin(), ids_.end(), id) == ids_.end()) return KeyNotOpen();
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, store_->Find(id, tenant));
  if (stored) return service_->Unwrap(id, tenant, *stored, key);
  if (!wraps_ || id != primary()) {
    return absl::DataLossError(
        "the key store has no such epoch key: it was set back, or is another");
  }
  return Make(tenant, key);
}

absl::Status EpochKeys::Make(std::string_view tenant, unsigned char* key) const {
  randombytes_buf(key, crypto::kKeyBytes);
  ASSIGN_OR_RETURN(const std::string wrapped, service_->Wrap(tenant, key));
  ASSIGN_OR_RETURN(const std::string stored, store_->Add(primary(), tenant, wrapped));
  // Another replica was first: its key is everybody's.
  return stored == wrapped ? absl::OkStatus() : service_->Unwrap(primary(), tenant, stored, key);
}

std::vector<std::string> AllKeys::ids() const {
  std::vector<std::string> ids;
  for (const auto& one : all_) {
    for (std::string& id : one->ids()) ids.push_back(std::move(id));
  }
  return ids;
}

absl::Status AllKeys::Load(std::string_view id, std::string_view tenant, unsigned char* key) const {
  for (const auto& one : all_) {
    const std::vector<std::string> ids = one->ids();
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) return one->Load(id, tenant, key);
  }
  return KeyNotOpen();
}

std::string KeyFileOf(std::string_view entry) {
  const absl::string_view view(entry.data(), entry.size());
  return std::string(absl::StripPrefix(view, kEpochs));
}

absl::StatusOr<ConfiguredKeys> ReadConfiguredKeys(const std::string& service,
                                                  const std::vector<std::string>& entries,
                                                  crypto::KeyArena& arena) {
  ConfiguredKeys configured;
  std::vector<std::unique_ptr<KeyEncryption>> all;
  for (const std::string& entry : entries) {
    if (!absl::StartsWith(entry, kEpochs)) {
      ASSIGN_OR_RETURN(auto one, FileKeyEncryption::Read(service, {entry}, arena));
      all.push_back(std::move(one));
      continue;
    }
    ASSIGN_OR_RETURN(crypto::Key key, arena.Read(KeyFileOf(entry)));
    std::vector<crypto::Key> keys;
    keys.push_back(std::move(key));
    auto one = std::make_unique<EpochKeys>(
        std::make_unique<FileKeyService>(service, std::move(keys)), /*wraps=*/all.empty());
    configured.epochs.push_back(one.get());
    all.push_back(std::move(one));
  }
  if (all.empty()) return absl::InvalidArgumentError("sealing.key_files: none, want at least 1");
  configured.encryption = std::make_unique<AllKeys>(std::move(all));
  const std::vector<std::string> ids = configured.encryption->ids();
  if (std::set<std::string>(ids.begin(), ids.end()).size() != ids.size()) {
    return absl::InvalidArgumentError("sealing.key_files: the same key twice");
  }
  return configured;
}

}  // namespace mamori::sealing
