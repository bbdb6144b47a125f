// The one form of the archive: ustar (POSIX.1-1988) with nothing left to choose, so that each
// archive can be written in one way only and whatever is written otherwise is refused. Any tar
// reads it. Pure.
#ifndef MAMORI_COMMON_BUNDLE_ARCHIVE_H_
#define MAMORI_COMMON_BUNDLE_ARCHIVE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mamori::bundle {

inline constexpr size_t kBlock = 512;
// The largest that the header can say.
inline constexpr uint64_t kMaxEntryBytes = (uint64_t{1} << 33) - 1;
// More is no bundle of one case.
inline constexpr size_t kMaxEntries = 200000;

// Of an entry whose name WhatIsWrongWith finds nothing wrong with.
std::string Header(std::string_view name, uint64_t size);
// How many zero bytes follow so many.
size_t PaddingAfter(uint64_t size);
// What stands at the end.
std::string End();

// Bytes that can be read anywhere: a file or memory.
class Source {
 public:
  virtual ~Source() = default;
  virtual uint64_t size() const = 0;
  // Exactly `count` bytes, which are there. DATA_LOSS when they cannot be read.
  virtual absl::StatusOr<std::string> Read(uint64_t offset, size_t count) = 0;
};

struct Archived {
  std::string name;
  uint64_t size = 0;
  uint64_t offset = 0;  // of its first byte
};

// The entries of an archive in which everything is as it has to be: each name right and standing
// where its order wants it, nothing but plain files, nothing missing before the end and nothing
// after it. Reads the headers alone. INVALID_ARGUMENT says what is not so, and where.
absl::StatusOr<std::vector<Archived>> Scan(Source& source);

}  // namespace mamori::bundle

#endif  // MAMORI_COMMON_BUNDLE_ARCHIVE_H_
