// A file of lines that is only added to, for what must still be there after a crash.
#ifndef MAMORI_COMMON_CONFIG_LINE_FILE_H_
#define MAMORI_COMMON_CONFIG_LINE_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace mamori::config {

// Adds `lines`, the last of which ends too, to `file`, which is created where it is missing. On OK
// they are on the disk, and so is the file's name in its folder. After UNAVAILABLE, which names the
// file as `what`, the beginning of them may be there: whatever is added next begins a new line.
absl::Status AppendLines(const std::string& file, std::string_view lines, std::string_view what);

}  // namespace mamori::config

#endif  // MAMORI_COMMON_CONFIG_LINE_FILE_H_
