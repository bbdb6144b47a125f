#include "common/crypto/wiped_heap.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

// There where jemalloc is linked.
extern "C" void sdallocx(void* memory, size_t size, int flags) __attribute__((weak));

namespace mamori::crypto {
namespace {

std::atomic<bool> wiping{false};

#if !defined(__SANITIZE_ADDRESS__)
// Of `new`, which is `malloc` with every allocator that is linked here.
void WipeAndFree(void* memory, size_t size) noexcept {
  if (memory == nullptr) return;
  if (wiping.load(std::memory_order_relaxed)) explicit_bzero(memory, size);
  // jemalloc need not look up what it is told.
  if (sdallocx != nullptr) return sdallocx(memory, size, 0);
  std::free(memory);
}

void WipeAndFree(void* memory) noexcept {
  if (memory == nullptr) return;
  if (wiping.load(std::memory_order_relaxed)) {
    explicit_bzero(memory, malloc_usable_size(memory));
  }
  std::free(memory);
}
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
// Its size alone does not say where a block of an alignment of its own lies.
void operator delete(void* memory, size_t, std::align_val_t) noexcept { WipeAndFree(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { WipeAndFree(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  WipeAndFree(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  WipeAndFree(memory);
}
#endif
