#include "common/crypto/key_arena.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace mamori::crypto {
namespace {

constexpr size_t kHexBytes = 2 * kKeyBytes;
constexpr size_t kAlignment = 16;

// What was read of a file, gone when it is left.
struct Scratch {
  char text[kHexBytes + 8];
  size_t size = 0;
  ~Scratch() { sodium_memzero(text, sizeof(text)); }
};

absl::Status ReadText(const std::string& file, Scratch& scratch) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info;
  if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    if (fd >= 0) close(fd);
    return absl::NotFoundError(absl::StrCat(file, ": cannot be read"));
  }
  const ssize_t got = read(fd, scratch.text, sizeof(scratch.text));
  close(fd);
  if ((info.st_mode & S_IRWXO) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(file, ": open to others than its owner and group, want mode 0600 or 0640"));
  }
  if (got < 0) return absl::NotFoundError(absl::StrCat(file, ": cannot be read"));
  scratch.size = static_cast<size_t>(got);
  while (scratch.size > 0 && std::strchr("\r\n", scratch.text[scratch.size - 1]) != nullptr) {
    --scratch.size;
  }
  return absl::OkStatus();
}

bool FromHexInto(std::string_view hex, unsigned char* bytes) {
  size_t size = 0;
  return hex.size() == kHexBytes &&
         sodium_hex2bin(bytes, kKeyBytes, hex.data(), hex.size(), nullptr, &size, nullptr) == 0 &&
         size == kKeyBytes;
}

absl::Status NoKey(const std::string& file) {
  return absl::InvalidArgumentError(absl::StrCat(file, ": want a key of 64 hex digits"));
}

absl::Status NotLocked(int error) {
  rlimit limit{};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  return absl::FailedPreconditionError(
      absl::StrCat("the memory for keys cannot be locked (", std::strerror(error),
                   "): RLIMIT_MEMLOCK is ", limit.rlim_cur, " bytes, want at least ",
                   KeyArena::kBytes, "; raise it (ulimit -l, LimitMEMLOCK=) or give CAP_IPC_LOCK"));
}

}  // namespace

absl::StatusOr<Key> Key::FromHex(std::string_view hex) {
  std::shared_ptr<unsigned char> bytes(new unsigned char[kKeyBytes], [](unsigned char* memory) {
    sodium_memzero(memory, kKeyBytes);
    delete[] memory;
  });
  if (!FromHexInto(hex, bytes.get())) {
    return absl::InvalidArgumentError("the key is not 64 hex digits");
  }
  return Key(std::move(bytes), kKeyBytes);
}

absl::StatusOr<Key> Key::FromFile(const std::string& file) {
  Scratch scratch;
  RETURN_IF_ERROR(ReadText(file, scratch));
  absl::StatusOr<Key> key = FromHex({scratch.text, scratch.size});
  if (!key.ok()) return NoKey(file);
  return key;
}

absl::StatusOr<KeyArena> KeyArena::Create() {
  // MAP_LOCKED asks the limit, but does not say whether every page is there: mlock does.
  void* const memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
  if (memory == MAP_FAILED) {
    return errno == EAGAIN || errno == EPERM ? NotLocked(errno)
                                             : absl::ResourceExhaustedError("no memory for keys");
  }
  if (mlock(memory, kBytes) != 0) {
    const int error = errno;
    munmap(memory, kBytes);
    return NotLocked(error);
  }
  madvise(memory, kBytes, MADV_DONTDUMP);
  madvise(memory, kBytes, MADV_WIPEONFORK);
  return KeyArena(
      std::shared_ptr<unsigned char>(static_cast<unsigned char*>(memory), [](unsigned char* bytes) {
        sodium_memzero(bytes, kBytes);
        munlock(bytes, kBytes);
        munmap(bytes, kBytes);
      }));
}

absl::StatusOr<unsigned char*> KeyArena::Reserve(size_t size) {
  const size_t end = used_ + (size + kAlignment - 1) / kAlignment * kAlignment;
  if (end > kBytes) return absl::ResourceExhaustedError("too many keys for the locked memory");
  return memory_.get() + std::exchange(used_, end);
}

absl::StatusOr<Key> KeyArena::Read(const std::string& file) {
  Scratch scratch;
  RETURN_IF_ERROR(ReadText(file, scratch));
  bool right = false;
  absl::StatusOr<Key> key = Make(kKeyBytes, [&](unsigned char* bytes) {
    right = FromHexInto({scratch.text, scratch.size}, bytes);
  });
  if (key.ok() && !right) {
    return NoKey(file);
  }
  return key;
}

absl::Status CheckKeyFile(const std::string& file) { return Key::FromFile(file).status(); }

}  // namespace mamori::crypto
