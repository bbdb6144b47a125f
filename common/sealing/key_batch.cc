#include "common/sealing/key_batch.h"

#include <sodium.h>

#include <utility>

#include "common/crypto/aead.h"
#include "common/status/macros.h"

namespace mamori::sealing {
namespace {

static_assert(kWrappedKeyBytes == crypto::kNonceBytes + crypto::kKeyBytes + crypto::kSealBytes);
static_assert(kKeysPerBatch == KeySlots::kBatchKeys);
static_assert(kBatchIdBytes + 2 == kKeyIdBytes);

std::string Place(std::string_view tenant, std::string_view key_id) {
  return AssociatedData({.tenant = tenant, .name = "data key", .resource = key_id});
}

std::string_view View(const unsigned char* key) {
  return {reinterpret_cast<const char*>(key), crypto::kKeyBytes};
}

void AppendWrapped(const unsigned char* with, std::string_view tenant, std::string_view key_id,
                   const unsigned char* key, std::string& out) {
  char nonce[kNonceBytes];
  crypto::FillRandom(nonce, sizeof(nonce));
  out.append(nonce, sizeof(nonce));
  crypto::AppendSealed(with, {nonce, sizeof(nonce)}, Place(tenant, key_id), View(key), out);
}

bool OpenWrapped(const unsigned char* with, std::string_view tenant, std::string_view key_id,
                 std::string_view wrapped, unsigned char* key) {
  return crypto::OpenSealed(with, wrapped.substr(0, kNonceBytes), Place(tenant, key_id),
                            wrapped.substr(kNonceBytes), key);
}

bool IsErased(std::string_view wrapped) {
  return wrapped.find_first_not_of('\0') == std::string_view::npos;
}

absl::Status NotItsKey() {
  return absl::DataLossError("a stored data key is not what was wrapped");
}

}  // namespace

std::string KeyBatch::KeyId(size_t number) const {
  std::string id = batch_id;
  id.push_back(static_cast<char>(number >> 8));
  id.push_back(static_cast<char>(number));
  return id;
}

std::string_view KeyBatch::Wrapped(size_t number) const {
  return std::string_view(wrapped).substr(number * kWrappedKeyBytes, kWrappedKeyBytes);
}

std::string_view BatchIdOf(std::string_view key_id) { return key_id.substr(0, kBatchIdBytes); }

absl::StatusOr<size_t> NumberOf(std::string_view key_id) {
  if (key_id.size() != kKeyIdBytes) return absl::DataLossError("not the id of a data key");
  const size_t number = static_cast<unsigned char>(key_id[kBatchIdBytes]) * 256u +
                        static_cast<unsigned char>(key_id[kBatchIdBytes + 1]);
  if (number >= kKeysPerBatch) return absl::DataLossError("not the id of a data key");
  return number;
}

absl::StatusOr<KeyBatch> KeyWrapper::Make(std::string_view tenant) const {
  KeyBatch batch{.batch_id = std::string(kBatchIdBytes, '\0'),
                 .tenant = std::string(tenant),
                 .key_encryption_id = encryption_.primary()};
  randombytes_buf(batch.batch_id.data(), batch.batch_id.size());
  const KeySlots::Slot slot = slots_.Take();
  RETURN_IF_ERROR(encryption_.Load(batch.key_encryption_id, tenant, slot.first()));
  batch.wrapped.reserve(kKeysPerBatch * kWrappedKeyBytes);
  slots_.WithBatch([&](unsigned char* keys) {
    randombytes_buf(keys, kKeysPerBatch * crypto::kKeyBytes);
    for (size_t i = 0; i < kKeysPerBatch; ++i) {
      AppendWrapped(slot.first(), tenant, batch.KeyId(i), keys + i * crypto::kKeyBytes,
                    batch.wrapped);
    }
  });
  return batch;
}

absl::StatusOr<DataKey> KeyWrapper::Unwrap(std::string_view tenant,
                                           std::string_view key_encryption_id,
                                           std::string_view key_id,
                                           std::string_view wrapped) const {
  if (wrapped.size() != kWrappedKeyBytes) return NotItsKey();
  if (IsErased(wrapped)) return Erased();
  KeySlots::Slot slot = slots_.Take();
  RETURN_IF_ERROR(encryption_.Load(key_encryption_id, tenant, slot.first()));
  if (!OpenWrapped(slot.first(), tenant, key_id, wrapped, slot.second())) return NotItsKey();
  return DataKey(std::string(key_id), std::move(slot));
}

absl::StatusOr<KeyBatch> KeyWrapper::Rewrap(const KeyBatch& batch) const {
  if (batch.wrapped.size() != kKeysPerBatch * kWrappedKeyBytes) return NotItsKey();
  KeyBatch next{.batch_id = batch.batch_id,
                .tenant = batch.tenant,
                .key_encryption_id = encryption_.primary()};
  const KeySlots::Slot slot = slots_.Take();
  for (size_t i = 0; i < kKeysPerBatch; ++i) {
    const std::string id = batch.KeyId(i);
    if (IsErased(batch.Wrapped(i))) {
      next.wrapped.append(kWrappedKeyBytes, '\0');
      continue;
    }
    RETURN_IF_ERROR(encryption_.Load(batch.key_encryption_id, batch.tenant, slot.first()));
    if (!OpenWrapped(slot.first(), batch.tenant, id, batch.Wrapped(i), slot.second())) {
      return NotItsKey();
    }
    RETURN_IF_ERROR(encryption_.Load(next.key_encryption_id, batch.tenant, slot.first()));
    AppendWrapped(slot.first(), batch.tenant, id, slot.second(), next.wrapped);
  }
  return next;
}

}  // namespace mamori::sealing
