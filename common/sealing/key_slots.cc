#include "common/sealing/key_slots.h"

#include <sodium.h>

#include "common/status/macros.h"

namespace mamori::sealing {
namespace {

constexpr size_t kSlotBytes = 2 * crypto::kKeyBytes;
constexpr size_t kBatchBytes = KeySlots::kBatchKeys * crypto::kKeyBytes;

}  // namespace

absl::StatusOr<std::unique_ptr<KeySlots>> KeySlots::Create(crypto::KeyArena& arena) {
  unsigned char* begin = nullptr;
  ASSIGN_OR_RETURN(crypto::Key memory, arena.Make(kBatchBytes + kSlots * kSlotBytes,
                                                  [&](unsigned char* bytes) { begin = bytes; }));
  return std::unique_ptr<KeySlots>(new KeySlots(std::move(memory), begin));
}

KeySlots::KeySlots(crypto::Key memory, unsigned char* begin)
    : memory_(std::move(memory)), batch_(begin) {
  begin += kBatchBytes;
  free_.reserve(kSlots);
  for (size_t i = kSlots; i > 0; --i) free_.push_back(begin + (i - 1) * kSlotBytes);
}

void KeySlots::WithBatch(absl::FunctionRef<void(unsigned char* keys)> make) {
  std::lock_guard lock(batch_mu_);
  make(batch_);
  sodium_memzero(batch_, kBatchBytes);
}

KeySlots::Slot KeySlots::Take() {
  std::unique_lock lock(mu_);
  returned_.wait(lock, [this] { return !free_.empty(); });
  unsigned char* const key = free_.back();
  free_.pop_back();
  return Slot(this, key);
}

KeySlots::Slot::~Slot() {
  if (owner_ == nullptr) return;
  sodium_memzero(key_, kSlotBytes);
  bool waited;
  {
    std::lock_guard lock(owner_->mu_);
    waited = owner_->free_.empty();
    owner_->free_.push_back(key_);
  }
  if (waited) owner_->returned_.notify_all();
}

}  // namespace mamori::sealing
