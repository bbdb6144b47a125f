// Room in the locked memory for keys that live no longer than one call.
#ifndef MAMORI_COMMON_SEALING_KEY_SLOTS_H_
#define MAMORI_COMMON_SEALING_KEY_SLOTS_H_

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"

namespace mamori::sealing {

// Thread safe. A thread that finds all in use waits, for microseconds; none holds two.
class KeySlots {
 public:
  static constexpr size_t kSlots = 128;
  static constexpr size_t kBatchKeys = 64;

  // RESOURCE_EXHAUSTED when the arena is full.
  static absl::StatusOr<std::unique_ptr<KeySlots>> Create(crypto::KeyArena& arena);

  // Two keys, zeroed when it is given back.
  class Slot {
   public:
    Slot(Slot&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), key_(other.key_) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot();
    unsigned char* first() const { return key_; }
    unsigned char* second() const { return key_ + crypto::kKeyBytes; }

   private:
    friend class KeySlots;
    Slot(KeySlots* owner, unsigned char* key) : owner_(owner), key_(key) {}
    KeySlots* owner_;
    unsigned char* key_;
  };
  Slot Take();

  // Room for kBatchKeys keys, for one caller at a time; zeroed afterwards.
  void WithBatch(absl::FunctionRef<void(unsigned char* keys)> make);

 private:
  KeySlots(crypto::Key memory, unsigned char* begin);

  const crypto::Key memory_;
  std::mutex batch_mu_;
  unsigned char* const batch_;
  std::mutex mu_;
  std::condition_variable returned_;
  std::vector<unsigned char*> free_;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_KEY_SLOTS_H_
