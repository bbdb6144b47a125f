// Sealing in memory, for tests that are about something else; held to the same contract as the SQL
// store (sealing_test.cc).
#ifndef MAMORI_COMMON_SEALING_TEST_SEALER_H_
#define MAMORI_COMMON_SEALING_TEST_SEALER_H_

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/crypto/key_arena.h"
#include "common/sealing/erasure_key_store.h"
#include "common/sealing/key_encryption.h"
#include "common/sealing/key_slots.h"
#include "common/sealing/sealer.h"
#include "common/time/clock.h"

namespace mamori::sealing {

class MemoryKeyStore final : public ErasureKeyStore {
 public:
  // What each call answers until it is OK again.
  void FailWith(absl::Status status) {
    std::lock_guard lock(mu_);
    failure_ = std::move(status);
  }
  // Erasing alone.
  void FailErasuresWith(absl::Status status) {
    std::lock_guard lock(mu_);
    erase_failure_ = std::move(status);
  }
  size_t batch_count() const {
    std::lock_guard lock(mu_);
    return batches_.size();
  }

  absl::Status Add(const std::vector<const KeyBatch*>& batches, absl::Time) override {
    std::lock_guard lock(mu_);
    if (!failure_.ok()) return failure_;
    for (const KeyBatch* one : batches) batches_.emplace(one->batch_id, *one);
    return absl::OkStatus();
  }
  absl::StatusOr<StoredKeys> Find(const std::vector<std::string>& ids, absl::Time) override {
    std::lock_guard lock(mu_);
    if (!failure_.ok()) return failure_;
    StoredKeys keys;
    for (const std::string& id : ids) {
      const absl::StatusOr<size_t> number = NumberOf(id);
      if (!number.ok()) return number.status();
      const auto batch = batches_.find(std::string(BatchIdOf(id)));
      if (batch == batches_.end()) continue;
      keys[id] = {batch->second.key_encryption_id, std::string(batch->second.Wrapped(*number))};
    }
    return keys;
  }
  absl::Status Erase(const std::vector<std::string>& ids, absl::Time, absl::Time) override {
    std::lock_guard lock(mu_);
    if (!failure_.ok()) return failure_;
    if (!erase_failure_.ok()) return erase_failure_;
    for (const std::string& id : ids) {
      const absl::StatusOr<size_t> number = NumberOf(id);
      if (!number.ok()) return number.status();
      const auto batch = batches_.find(std::string(BatchIdOf(id)));
      if (batch == batches_.end()) continue;
      batch->second.wrapped.replace(*number * kWrappedKeyBytes, kWrappedKeyBytes, kWrappedKeyBytes,
                                    '\0');
    }
    erased_.insert(ids.begin(), ids.end());
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<std::string>> ListErased(std::string_view after, int limit,
                                                      absl::Time) override {
    std::lock_guard lock(mu_);
    if (!failure_.ok()) return failure_;
    std::vector<std::string> ids(erased_.upper_bound(after), erased_.end());
    ids.resize(std::min(ids.size(), static_cast<size_t>(limit)));
    return ids;
  }
  absl::StatusOr<int64_t> Rewrap(std::string_view key_encryption_id, int limit, RewrapOne rewrap,
                                 absl::Time) override {
    std::lock_guard lock(mu_);
    if (!failure_.ok()) return failure_;
    int64_t done = 0;
    for (auto& [id, batch] : batches_) {
      if (batch.key_encryption_id != key_encryption_id || done == limit) continue;
      absl::StatusOr<KeyBatch> next = rewrap(batch);
      if (!next.ok()) return next.status();
      batch = *std::move(next);
      ++done;
    }
    return done;
  }

 private:
  mutable std::mutex mu_;
  absl::Status failure_;
  absl::Status erase_failure_;
  std::map<std::string, KeyBatch> batches_;
  std::set<std::string, std::less<>> erased_;
};

// A service's keys over a store that is given. Key-encryption keys are named by a hex digit.
class TestSealing {
 public:
  explicit TestSealing(KeyStore& store, const std::string& digits = "a", int ahead = 256)
      : arena_(*crypto::KeyArena::Create()),
        slots_(*KeySlots::Create(arena_)),
        encryption_("test", KeysOf(digits)),
        wrapper_(encryption_, *slots_),
        stock_(wrapper_, store, clock_, ahead, nullptr),
        sealer_(wrapper_, store, stock_) {}

  const Sealer& sealer() const { return sealer_; }
  const KeyWrapper& wrapper() const { return wrapper_; }
  KeyStock& stock() { return stock_; }

 private:
  static std::vector<crypto::Key> KeysOf(const std::string& digits) {
    std::vector<crypto::Key> keys;
    for (const char digit : digits) keys.push_back(*crypto::Key::FromHex(std::string(64, digit)));
    return keys;
  }

  time::SystemClock clock_;
  crypto::KeyArena arena_;
  const std::unique_ptr<KeySlots> slots_;
  const FileKeyEncryption encryption_;
  const KeyWrapper wrapper_;
  KeyStock stock_;
  const Sealer sealer_;
};

// Both at once.
struct MemorySealing {
  MemoryKeyStore store;
  TestSealing sealing{store};
  const Sealer& sealer() const { return sealing.sealer(); }
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_TEST_SEALER_H_
