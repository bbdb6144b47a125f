// Whether a bundle is what Mamori made of a case, for somebody who trusts nothing in it: neither
// its names nor its order, sizes, words, keys or checkpoints.
#ifndef MAMORI_COMMON_BUNDLE_VERIFY_H_
#define MAMORI_COMMON_BUNDLE_VERIFY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/bundle/archive.h"
#include "common/bundle/proof.h"
#include "mamori/v1/bundle.pb.h"

namespace mamori::bundle {

// What comes from elsewhere, by service.
struct Outside {
  std::map<std::string, std::string> public_keys;  // 32 bytes each
  std::map<std::string, OutsideCheckpoints> checkpoints;
};

struct Verdict {
  // More are not kept.
  static constexpr size_t kMaxProblems = 200;
  void Find(std::string_view where, std::string_view what);

  // What does not hold, and where; the first one found stands first. None: the bundle is genuine.
  std::vector<std::string> problems;
  // What holds and is to be known all the same.
  std::vector<std::string> notes;
  v1::BundleManifest manifest;  // once its signature is believed
  int64_t documents = 0;
  int64_t files = 0;
  int64_t entries = 0;  // of the audit
  int64_t opened = 0;   // commitments
};

// Reads the archive once from the front, after its headers; keeps of it hashes, not what it says.
// Errors are those of reading.
absl::StatusOr<Verdict> Verify(Source& source, const Outside& outside);

}  // namespace mamori::bundle

#endif  // MAMORI_COMMON_BUNDLE_VERIFY_H_
