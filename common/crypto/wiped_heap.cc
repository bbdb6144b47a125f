#include "common/crypto/wiped_heap.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

namespace mamori::crypto {
namespace {

std::atomic<bool> wiping{false};

#if !defined(__SANITIZE_ADDRESS__)
// Of `new`, which is `malloc` with every allocator that is linked here.
void WipeAndFree(void* memory, size_t size) noexcept {
  if (memory == nullptr) return;
  if (wiping.load(std::memory_order_relaxed)) explicit_bzero(memory, size);
  std::free(memory);
}

void WipeAndFree(void* memory) noexcept { WipeAndFree(memory, malloc_usable_size(memory)); }
#endif

}  // namespace

void WipeWhatIsFreed() { wiping.store(true, std::memory_order_relaxed); }

}  // namespace mamori::crypto

#if !defined(__SANITIZE_ADDRESS__)
using mamori::crypto::WipeAndFree;

// All of them: an allocator brings its own, which do not call one another.
void operator delete(void* memory) noexcept { WipeAndFree(memory); }
void operator delete[](void* memory) noexcept { WipeAndFree(memory); }
void operator delete(void* memory, size_t size) noexcept { WipeAndFree(memory, size); }
void operator delete[](void* memory, size_t size) noexcept { WipeAndFree(memory, size); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { WipeAndFree(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { WipeAndFree(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { WipeAndFree(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { WipeAndFree(memory); }
void operator delete(void* memory, size_t size, std::align_val_t) noexcept {
  WipeAndFree(memory, size);
}
void operator delete[](void* memory, size_t size, std::align_val_t) noexcept {
  WipeAndFree(memory, size);
}
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  WipeAndFree(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  WipeAndFree(memory);
}
#endif
