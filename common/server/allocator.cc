#include "common/server/allocator.h"

#include <malloc.h>

#include <cstddef>

// jemalloc, which every service is linked with but where a sanitizer brings an allocator of its
// own.
extern "C" {
int mallctl(const char* name, void* old_value, size_t* old_size, void* new_value, size_t new_size)
    __attribute__((weak));

// Read when the process starts. Few arenas, for a service runs on few cores; and what is free goes
// back within a second, for it lies beside a database.
extern const char* malloc_conf;
const char* malloc_conf = "narenas:2,background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
}

namespace mamori::server {

void GiveMemoryBack() {
  if (mallctl == nullptr) {
    malloc_trim(0);
    return;
  }
  mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);  // 4096 stands for all of them
}

}  // namespace mamori::server
