// Looks for words in what a test's own process has in its memory.
#ifndef MAMORI_COMMON_TESTING_HEAP_SEARCH_H_
#define MAMORI_COMMON_TESTING_HEAP_SEARCH_H_

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

namespace mamori::testing {

// Words of their own for a search, which are nowhere in the process unless somebody asks for them.
class HeapCanary {
 public:
  explicit HeapCanary(uint64_t seed) {
    for (unsigned char& byte : masked_) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<unsigned char>('a' + (seed >> 33) % 26) ^ kMask;
    }
  }
  // Longer than what lists of free memory overwrite, and than what a string holds in itself.
  std::string Words() const {
    std::string words(64, '-');
    for (const unsigned char byte : masked_) words.push_back(static_cast<char>(byte ^ kMask));
    return words.append(16, '-');
  }
  // In how many places of the heap they stand: in all that is written to and comes from no file,
  // but for the stack.
  int Count() const {
    constexpr size_t kStep = 1 << 20;
    // The next step's beginning too, so that nothing is cut.
    const size_t room = kStep + kBytes - 1;
    void* const buffer =
        mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    // On the stack, which is not looked through.
    char needle[kBytes];
    for (size_t i = 0; i < kBytes; ++i) needle[i] = static_cast<char>(masked_[i] ^ kMask);
    int count = 0;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
      unsigned long begin = 0, end = 0, inode = 0;
      char access[5] = "", name[16] = "";
      std::sscanf(line.c_str(), "%lx-%lx %4s %*s %*s %lu %15s", &begin, &end, access, &inode, name);
      if (std::string_view(access).substr(0, 2) != "rw" || inode != 0 ||
          std::string_view(name) == "[stack]") {
        continue;
      }
      for (unsigned long at = begin; at < end; at += kStep) {
        const ssize_t got =
            pread(memory, buffer, std::min<size_t>(room, end - at), static_cast<off_t>(at));
        const char* const read = static_cast<const char*>(buffer);
        for (const char* here = read; got > 0;) {
          here = static_cast<const char*>(memmem(here, read + got - here, needle, sizeof(needle)));
          if (here == nullptr) break;
          // Not what was only just read.
          const auto place = reinterpret_cast<const char*>(at + (here - read));
          if (place < read || place >= read + room) ++count;
          ++here;
        }
      }
    }
    close(memory);
    munmap(buffer, room);
    return count;
  }

 private:
  static constexpr unsigned char kMask = 0xa5;
  static constexpr size_t kBytes = 48;

  unsigned char masked_[kBytes];
};

}  // namespace mamori::testing

#endif  // MAMORI_COMMON_TESTING_HEAP_SEARCH_H_
