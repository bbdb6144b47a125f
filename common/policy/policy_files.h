// The files of a policy, joined.
#ifndef MAMORI_COMMON_POLICY_POLICY_FILES_H_
#define MAMORI_COMMON_POLICY_POLICY_FILES_H_

#include <deque>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "common/config/textproto.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

class PolicyFiles {
 public:
  // Reads `file` and those that it includes into `policy`, which then includes none. As
  // config::ReadTextProto(); INVALID_ARGUMENT also for an included name with a slash and for a file
  // that includes others itself.
  absl::Status Read(const std::string& file, mamori::v1::Policy* policy);

  // "FILE:LINE: path" for a path in the joined policy such as "rules[312].severity", with the path
  // in that file. A field that is missing stands where its message stands.
  std::string Where(const std::string& path) const;

 private:
  struct Part {
    explicit Part(const std::string& file) : locations(file) {}
    config::Locations locations;
    mamori::v1::Policy policy;
    // How many of each repeated field the files before have.
    std::map<std::string, int, std::less<>> before;
  };
  absl::Status ReadPart(const std::string& file, mamori::v1::Policy* policy);

  std::deque<Part> parts_;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_POLICY_FILES_H_
