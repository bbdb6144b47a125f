// Where a process keeps its keys: one stretch of locked memory, made at the start, which is never
// swapped out, written to a core file or inherited, and is zeroed at the end.
#ifndef MAMORI_COMMON_CRYPTO_KEY_ARENA_H_
#define MAMORI_COMMON_CRYPTO_KEY_ARENA_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mamori::crypto {

inline constexpr size_t kKeyBytes = 32;

// A key in use. Copies name the same bytes, which are zeroed when the last of the arena's keys and
// the arena itself are gone.
class Key {
 public:
  // Outside any arena, for tests and tools. INVALID_ARGUMENT unless `hex` is 64 hex digits.
  static absl::StatusOr<Key> FromHex(std::string_view hex);
  // Outside any arena, for tools. As KeyArena::Read.
  static absl::StatusOr<Key> FromFile(const std::string& file);

  const unsigned char* data() const { return bytes_.get(); }
  size_t size() const { return size_; }

 private:
  friend class KeyArena;
  Key(std::shared_ptr<const unsigned char> bytes, size_t size)
      : bytes_(std::move(bytes)), size_(size) {}

  std::shared_ptr<const unsigned char> bytes_;
  size_t size_;
};

// Not thread safe: keys are read while the process starts.
class KeyArena {
 public:
  static constexpr size_t kBytes = 48 * 1024;

  // FAILED_PRECONDITION, which names the limit to raise, when memory cannot be locked: the process
  // must not start then.
  static absl::StatusOr<KeyArena> Create();

  // A key of 64 hex digits from a file that others cannot read: NOT_FOUND, FAILED_PRECONDITION,
  // INVALID_ARGUMENT. RESOURCE_EXHAUSTED when the arena is full. No copy stays outside the arena.
  absl::StatusOr<Key> Read(const std::string& file);
  // Room for a key that is derived from others; `fill` writes its `size` bytes.
  template <typename Fill>
  absl::StatusOr<Key> Make(size_t size, Fill fill) {
    absl::StatusOr<unsigned char*> room = Reserve(size);
    if (!room.ok()) return room.status();
    fill(*room);
    return Key({memory_, *room}, size);
  }

 private:
  explicit KeyArena(std::shared_ptr<unsigned char> memory) : memory_(std::move(memory)) {}
  absl::StatusOr<unsigned char*> Reserve(size_t size);

  std::shared_ptr<unsigned char> memory_;
  size_t used_ = 0;
};

// Whether `file` holds a key that Read would take.
absl::Status CheckKeyFile(const std::string& file);

}  // namespace mamori::crypto

#endif  // MAMORI_COMMON_CRYPTO_KEY_ARENA_H_
