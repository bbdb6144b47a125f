// Typed text configuration: an unknown or malformed field fails, with file, line and column.
#ifndef MAMORI_COMMON_CONFIG_TEXTPROTO_H_
#define MAMORI_COMMON_CONFIG_TEXTPROTO_H_

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mamori::config {

// Where the fields of a parsed file stand, for errors about what they say.
class Locations {
 public:
  explicit Locations(std::string file) : file_(std::move(file)) {}
  // "FILE:LINE: path" for a path like "rules[3].severity". A field that is not in the file has the
  // line of the nearest message around it that is, and none ("FILE: path") when there is no such
  // message.
  std::string Of(const google::protobuf::Message& message, std::string_view path) const;
  const std::string& file() const { return file_; }
  google::protobuf::TextFormat::ParseInfoTree& tree() { return tree_; }

 private:
  std::string file_;
  mutable google::protobuf::TextFormat::ParseInfoTree tree_;
};

// Reads `file` into `message`. NOT_FOUND when it cannot be read, INVALID_ARGUMENT with
// "FILE:LINE:COLUMN: what" lines for everything that is wrong. `locations` may be null.
absl::Status ReadTextProto(const std::string& file, google::protobuf::Message* message,
                           Locations* locations = nullptr);

// Reads a whole file. NOT_FOUND when it cannot be read.
absl::StatusOr<std::string> ReadFile(const std::string& file);

// Reads a secret: the file's content without the final newline. FAILED_PRECONDITION when the file
// is readable by others than its owner and group, INVALID_ARGUMENT when it is empty.
absl::StatusOr<std::string> ReadSecret(const std::string& file);

// A proto duration, or `if_unset` when the field is not there.
absl::Duration ToDuration(bool is_set, int64_t seconds, int32_t nanos, absl::Duration if_unset);

}  // namespace mamori::config

#endif  // MAMORI_COMMON_CONFIG_TEXTPROTO_H_
