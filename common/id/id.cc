#include "common/id/id.h"

#include <sodium.h>

#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace mamori::id {
namespace {

constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr size_t kBytes = 16;
constexpr size_t kCharacters = 26;  // 130 bits: the first character carries only three

// Random bytes of one thread, fetched for many ids at once: a call of the kernel costs more than
// all else that an id needs. Each byte is given once.
class RandomBytes {
 public:
  Id Take() {
    if (next_ == sizeof(bytes_)) {
      randombytes_buf(bytes_, sizeof(bytes_));
      next_ = 0;
    }
    Id id(bytes_ + next_, kBytes);
    sodium_memzero(bytes_ + next_, kBytes);
    next_ += kBytes;
    return id;
  }

 private:
  char bytes_[32 * kBytes];
  size_t next_ = sizeof(bytes_);
};

int ValueOf(char c) {
  for (int i = 0; i < 32; ++i) {
    if (kAlphabet[i] == c) return i;
  }
  return -1;
}

}  // namespace

std::string ToText(std::string_view id) {
  unsigned __int128 bits = 0;
  for (unsigned char byte : id) bits = bits << 8 | byte;
  std::string text(kCharacters, '0');
  for (size_t i = kCharacters; i-- > 0;) {
    text[i] = kAlphabet[static_cast<unsigned>(bits & 31)];
    bits >>= 5;
  }
  return text;
}

absl::StatusOr<Id> FromText(std::string_view text) {
  const auto bad = [] {
    return absl::InvalidArgumentError("not an id: want 26 base-32 characters");
  };
  if (text.size() != kCharacters || ValueOf(text[0]) > 7) return bad();
  unsigned __int128 bits = 0;
  for (char c : text) {
    const int value = ValueOf(c);
    if (value < 0) return bad();
    bits = bits << 5 | static_cast<unsigned>(value);
  }
  Id id(kBytes, '\0');
  for (size_t i = kBytes; i-- > 0;) {
    id[i] = static_cast<char>(bits & 0xff);
    bits >>= 8;
  }
  return id;
}

std::string Name(std::string_view collection, std::string_view id) {
  return absl::StrCat(std::string(collection), "/", ToText(id));
}

absl::StatusOr<Id> FromName(std::string_view collection, std::string_view name) {
  if (name.size() == collection.size() + 1 + kCharacters && name.starts_with(collection) &&
      name[collection.size()] == '/') {
    auto id = FromText(name.substr(collection.size() + 1));
    if (id.ok()) return id;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("want ", std::string(collection), "/{26 characters}"));
}

RandomIdSource::RandomIdSource() {
  if (sodium_init() < 0) std::abort();  // no random numbers: nothing here may run
}

Id RandomIdSource::NewId() {
  thread_local RandomBytes bytes;
  return bytes.Take();
}

double RandomIdSource::NewFraction() { return randombytes_random() / 4294967296.0; }

Id SeededIdSource::NewId() {
  std::lock_guard lock(mu_);
  Id id;
  for (int word = 0; word < 2; ++word) {
    uint64_t bits = engine_();
    for (int i = 0; i < 8; ++i, bits >>= 8) id.push_back(static_cast<char>(bits & 0xff));
  }
  return id;
}

double SeededIdSource::NewFraction() {
  std::lock_guard lock(mu_);
  return static_cast<double>(engine_() >> 11) / 9007199254740992.0;
}

}  // namespace mamori::id
