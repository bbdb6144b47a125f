// What the documents of a bundle say together: the case, the audit of it and of its reports, what
// that commits to, and the checkpoints. Pure.
#ifndef MAMORI_COMMON_BUNDLE_CONTENTS_H_
#define MAMORI_COMMON_BUNDLE_CONTENTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/bundle/proof.h"
#include "common/bundle/verify.h"
#include "mamori/v1/bundle.pb.h"
#include "mamori/v1/case.pb.h"

namespace mamori::bundle {

class Contents {
 public:
  // `verdict` has the manifest, and takes what is found.
  Contents(const Outside& outside, Verdict& verdict);

  // In the archive's order.
  void Read(const std::string& name, const std::string& json);
  // A file that is in the archive: it must be what the audit commits to.
  void ReadFile(const std::string& name, uint64_t size, const std::string& sha256);
  // After the last one.
  void Finish();

 private:
  // Entries of a chain that is in the bundle, as far as what it commits to depends on them.
  struct Held {
    std::string name;                            // of the entry in the archive
    std::map<int64_t, std::string> commitments;  // not accounted for yet, by sequence
    int64_t last_disposal = 0;                   // sequence; 0 for none
    std::vector<std::string> causes;
    std::string tenant;
    // For the checkpoints, which are read afterwards.
    int64_t checkpoint = -1;
    std::string root;
    size_t covered = 0;
    absl::Time first_uncovered = absl::InfiniteFuture();
    size_t length = 0;
  };

  // A file of which the audit tells.
  struct TheFile {
    int64_t size = 0;
    std::string sha256;
  };

  void Find(std::string_view where, std::string_view what);
  void ExpectFile(const v1::CommittedContent& content);
  void ReadCase(const std::string& name, const std::string& json);
  void ReadChain(const std::string& name, const std::string& json);
  void ReadCheckpoints(const std::string& name, const std::string& json);
  void CheckCovered(const v1::CheckpointRun& run, const Held& held, const std::set<int64_t>& given);
  void ReadContent(const std::string& name, const std::string& json);
  void CheckWithheld();
  void CheckWithheldFile(const std::string& where, const v1::WithheldContent& one);
  void CheckWhole();

  const Outside& outside_;
  Verdict& verdict_;
  std::map<std::string, Held> chains_;  // by "service/resource"
  // By name in the archive; those that are not accounted for yet.
  std::map<std::string, TheFile> files_;
  std::map<std::string, int64_t> as_of_;
  std::set<std::string> services_;  // whose checkpoints hold
  std::set<std::string> absent_;    // resources that are withheld as a whole
  v1::Case case_;
};

}  // namespace mamori::bundle

#endif  // MAMORI_COMMON_BUNDLE_CONTENTS_H_
