// A company's policy against harassment, loaded, checked and addressed by digest.
#ifndef MAMORI_COMMON_POLICY_POLICY_H_
#define MAMORI_COMMON_POLICY_POLICY_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

// Immutable. `digest` is the lower-case hex BLAKE2b-256 of `bytes`, the deterministic
// serialisation.
struct PolicyVersion {
  mamori::v1::Policy policy;
  std::string bytes;
  std::string digest;
};

// Reads and checks a policy file. INVALID_ARGUMENT names file, line and field for all that is wrong
// (at most 20 lines): missing fields, doubled or unknown ids, patterns that RE2 refuses, bad
// addresses.
absl::StatusOr<std::shared_ptr<const PolicyVersion>> LoadPolicyFile(const std::string& file);

// From the stored bytes of a version. DATA_LOSS when they do not match `digest`.
absl::StatusOr<std::shared_ptr<const PolicyVersion>> FromBytes(std::string bytes,
                                                               std::string_view digest);

// Versions by digest, of this process; filled from the file at start and from the service's own
// table `policy_version(digest, bytes, create_time)`. Thread safe.
class PolicyStore {
 public:
  virtual ~PolicyStore() = default;
  // Stores a version under its digest; the same one again changes nothing.
  virtual absl::Status Put(const PolicyVersion& version) = 0;
  // NOT_FOUND when this service has never met it.
  virtual absl::StatusOr<std::string> GetBytes(std::string_view digest) = 0;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_POLICY_H_
