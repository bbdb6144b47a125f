#include "tests/load/mail_counters.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace mamori::load {

MailCounters* MapCounters(const char* file, bool create) {
  const int fd = open(file, create ? O_RDWR | O_CREAT | O_TRUNC : O_RDWR, 0600);
  if (fd < 0) return nullptr;
  void* memory = MAP_FAILED;
  if (!create || ftruncate(fd, sizeof(MailCounters)) == 0) {
    memory = mmap(nullptr, sizeof(MailCounters), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  close(fd);
  return memory == MAP_FAILED ? nullptr : static_cast<MailCounters*>(memory);
}

}  // namespace mamori::load
